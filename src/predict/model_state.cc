#include "predict/model_state.h"

#include <c10/core/GradMode.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

std::string shape_text(const at::Tensor& tensor) {
  std::vector<std::string> sizes;
  for (const std::int64_t size : tensor.sizes()) sizes.push_back(text(size));
  return text("(", join(sizes, ", "), ")");
}

}  // namespace

std::map<std::string, at::Tensor> model_state(Model& model) {
  std::map<std::string, at::Tensor> state;
  for (const auto& [name, tensor] : model.named_parameters()) state[name] = tensor;
  for (const auto& [name, tensor] : model.named_buffers()) state[name] = tensor;
  return state;
}

void load_model_state(Model& model, const std::map<std::string, at::Tensor>& tensors, const std::string& where) {
  const c10::NoGradGuard no_grad;
  const auto state = model_state(model);
  for (const auto& [name, tensor] : tensors) {
    if (!state.contains(name)) throw Error(text(where, ": tensor ", printable(name), " has no place in the model"));
  }
  for (const auto& [name, tensor] : state) {
    const auto saved = tensors.find(name);
    if (saved == tensors.end()) throw Error(text(where, ": tensor ", name, " is missing (weights of another model?)"));
    if (saved->second.sizes() != tensor.sizes()) {
      throw Error(text(where, ": tensor ", name, " has shape ", shape_text(saved->second), ", the model's has ",
                       shape_text(tensor), " (weights of another model?)"));
    }
    at::Tensor(tensor).copy_(saved->second);
  }
}

}  // namespace jetvit
