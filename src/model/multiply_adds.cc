#include <string_view>
#include <vector>

#include <ATen/core/grad_mode.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/zeros.h>
#include <ATen/record_function.h>

#include "model/registry.h"

namespace jetvit {
namespace {

// One count per thread: forward passes run their operators on the calling thread.
thread_local std::int64_t counted = 0;

// conv2d(x, weight, bias, stride, padding, dilation, groups): outputs x window x inputs of a group.
std::int64_t of_convolution(c10::ArrayRef<const c10::IValue> inputs) {
  const at::Tensor x = inputs[0].toTensor();
  const at::Tensor weight = inputs[1].toTensor();
  const auto stride = inputs[3].toIntVector();
  const auto padding = inputs[4].toIntVector();
  // One number may stand for both directions.
  const auto of = [](const std::vector<std::int64_t>& sizes, std::size_t axis) { return sizes[axis % sizes.size()]; };
  std::int64_t count = x.size(0) * weight.numel();
  for (const std::size_t axis : {0U, 1U}) {
    const auto dim = static_cast<std::int64_t>(axis) + 2;
    count *= (x.size(dim) + 2 * of(padding, axis) - weight.size(dim)) / of(stride, axis) + 1;
  }
  return count;
}

// window_attention(qkv, windows, tokens of a window): the two products of all pairs of tokens.
std::int64_t of_windows(c10::ArrayRef<const c10::IValue> inputs) {
  const at::Tensor qkv = inputs[0].toTensor();
  const std::int64_t tokens = inputs[2].toInt();
  return 2 * qkv.size(0) * inputs[1].toInt() * tokens * tokens * qkv.size(3) / 3;
}

std::unique_ptr<at::ObserverContext> count_operator(const at::RecordFunction& call) {
  const std::string_view name = call.name();
  const auto inputs = call.inputs();
  if (name == "aten::conv2d") counted += of_convolution(inputs);
  if (name == "aten::linear") counted += inputs[0].toTensor().numel() * inputs[1].toTensor().size(0);
  if (name == "jetvit::window_attention") counted += of_windows(inputs);
  if (name == "aten::bmm") counted += inputs[0].toTensor().numel() * inputs[1].toTensor().size(2);
  if (name == "aten::baddbmm") counted += inputs[1].toTensor().numel() * inputs[2].toTensor().size(2);
  return nullptr;
}

}  // namespace

std::int64_t multiply_adds(Model& model) {
  const at::NoGradGuard no_gradients;
  const bool was_training = model.training();
  model.train(false);
  counted = 0;
  const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(count_operator).needsInputs(true));
  model.forward(at::zeros({1, model.channels(), model.image_size(), model.image_size()}));
  at::removeCallback(handle);
  model.train(was_training);
  return counted;
}

}  // namespace jetvit
