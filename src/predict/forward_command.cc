#include "predict/forward_command.h"

#include <memory>

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include "base/error.h"
#include "base/text.h"
#include "base/toml.h"
#include "compute/runtime.h"
#include "model/io/safetensors.h"
#include "model/io/tensor_output.h"
#include "model/io/weights.h"
#include "model/registry.h"

namespace jetvit {
namespace {

constexpr const char* kForwardMaker = "forward";

at::Tensor read_images(const std::filesystem::path& path, const Model& model) {
  const TensorFile input = read_safetensors(path);
  const auto x = input.tensors.find("x");
  if (x == input.tensors.end()) throw Error(text(path, ": has no tensor \"x\""));
  const std::vector<std::int64_t> expected = {model.channels(), model.image_size(), model.image_size()};
  if (x->second.dim() != 4 || x->second.sizes().slice(1) != at::IntArrayRef(expected)) {
    throw Error(text(path, ": x must have the shape (N, ", expected[0], ", ", expected[1], ", ", expected[2], ")"));
  }
  return x->second.to(at::kFloat);
}

}  // namespace

ForwardSummary run_forward(const ForwardCommand& command) {
  refuse_tensor_file(command.output, command.overwrite, kForwardMaker, {command.weights, command.input});
  initialize_runtime();
  const std::unique_ptr<Model> model = make_model(command.model, tree_of_overrides(command.settings));
  load_weights(*model, read_safetensors(command.weights).tensors, command.weights);
  const at::Tensor images = read_images(command.input, *model);
  model->train(false);
  const at::NoGradGuard no_gradients;
  const at::Tensor logits = model->forward(images);
  write_safetensors(command.output, {{{"logits", logits}}, made_by(kForwardMaker)});
  return {logits.size(0), logits.size(1), command.output};
}

}  // namespace jetvit
