#include "model/layer_watch.h"

#include <initializer_list>
#include <limits>
#include <string_view>
#include <utility>

#include <ATen/core/ivalue.h>

#include "ops/window_attention.h"

namespace jetvit {
namespace {

constexpr std::int64_t kLargestCount = std::numeric_limits<std::int64_t>::max();

// Forward passes run their operators on the calling thread.
thread_local LayerWatch* watching = nullptr;

std::int64_t sum(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  return __builtin_add_overflow(a, b, &out) ? kLargestCount : out;
}

std::int64_t multiplied(std::initializer_list<std::int64_t> factors) {
  std::int64_t out = 1;
  for (const std::int64_t factor : factors) {
    if (__builtin_mul_overflow(out, factor, &out)) return kLargestCount;
  }
  return out;
}

// conv2d(x, weight, bias, stride, padding, dilation, groups): outputs x window x inputs of a group.
std::int64_t of_convolution(c10::ArrayRef<const c10::IValue> inputs) {
  const at::Tensor x = inputs[0].toTensor();
  const at::Tensor weight = inputs[1].toTensor();
  const auto stride = inputs[3].toIntVector();
  const auto padding = inputs[4].toIntVector();
  // A single number applies to both directions.
  const auto of = [](const std::vector<std::int64_t>& sizes, std::size_t axis) { return sizes[axis % sizes.size()]; };
  const auto outputs = [&](std::size_t axis) {
    const auto dim = static_cast<std::int64_t>(axis) + 2;
    return (x.size(dim) + 2 * of(padding, axis) - weight.size(dim)) / of(stride, axis) + 1;
  };
  return multiplied({x.size(0), weight.numel(), outputs(0), outputs(1)});
}

// window_attention(qkv, padding, bias, heads, heads_outermost, side, window, shift, spread): two matrix multiplications
// over all pairs of tokens of each window.
std::int64_t of_windows(c10::ArrayRef<const c10::IValue> inputs) {
  const at::Tensor qkv = inputs[0].toTensor();
  const WindowGrid grid = {.side = inputs[5].toInt(), .window = inputs[6].toInt()};
  return multiplied({2, qkv.size(0), grid.count() * grid.count(), grid.tokens(), grid.tokens(), qkv.size(3) / 3});
}

// The fused attention(q, k, v): two matrix multiplications of all queries with all keys. q and k are (N, heads, tokens,
// depth).
std::int64_t of_attention(const at::Tensor& q, const at::Tensor& k) {
  return multiplied({2, q.numel(), k.size(2)});
}

std::int64_t of_operator(std::string_view name, c10::ArrayRef<const c10::IValue> inputs) {
  const auto tensor = [&](std::size_t index) { return inputs[index].toTensor(); };
  if (name == "aten::conv2d") return of_convolution(inputs);
  if (name == "aten::linear") return multiplied({tensor(0).numel(), tensor(1).size(0)});
  if (name == "jetvit::window_attention") return of_windows(inputs);
  if (name == "aten::_scaled_dot_product_flash_attention_for_cpu") return of_attention(tensor(0), tensor(1));
  if (name == "aten::bmm") return multiplied({tensor(0).numel(), tensor(1).size(2)});
  if (name == "aten::baddbmm") return multiplied({tensor(1).numel(), tensor(2).size(2)});
  return 0;
}

}  // namespace

LayerWatch::LayerWatch(OnOutput on_output)
    : on_output_(std::move(on_output)),
      handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(count_operator).needsInputs(true))) {
  watching = this;
}

LayerWatch::~LayerWatch() {
  watching = nullptr;
  at::removeCallback(handle_);
}

LayerWatch* LayerWatch::current() {
  return watching;
}

LayerWatch::Seen LayerWatch::seen(const Module& layer) const {
  const auto found = seen_.find(&layer);
  return found == seen_.end() ? Seen() : found->second;
}

void LayerWatch::add(const Module& layer, const at::Tensor& y, std::int64_t before) {
  Seen& of_layer = seen_[&layer];
  of_layer.output = y.sizes().vec();
  of_layer.multiply_adds += multiply_adds_ - before;
  if (on_output_) on_output_(layer, y);
}

std::unique_ptr<at::ObserverContext> LayerWatch::count_operator(const at::RecordFunction& call) {
  // libtorch passes callbacks on to the threads of backward passes.
  if (watching != nullptr)
    watching->multiply_adds_ = sum(watching->multiply_adds_, of_operator(call.name(), call.inputs()));
  return nullptr;
}

}  // namespace jetvit
