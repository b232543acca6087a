#include "model/io/weights.h"

#include <ATen/core/grad_mode.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

std::string shape_text(const at::Tensor& tensor) {
  std::vector<std::string> sizes;
  for (const std::int64_t size : tensor.sizes()) sizes.push_back(text(size));
  return text("(", join(sizes, ", "), ")");
}

bool is_derived_buffer(const std::string& name) {
  return name.ends_with("num_batches_tracked") || name.ends_with("relative_position_index") ||
         name.ends_with("attn_mask");
}

std::map<std::string, at::Tensor> named_weights(const Module& model) {
  std::map<std::string, at::Tensor> out;
  for (const NamedTensor& item : model.parameters()) out.emplace(item.name, item.tensor);
  for (const NamedTensor& item : model.buffers()) out.emplace(item.name, item.tensor);
  return out;
}

void load_weights(Module& model, const std::map<std::string, at::Tensor>& weights, const std::string& source) {
  const std::map<std::string, at::Tensor> own = named_weights(model);
  for (const auto& [name, tensor] : own) {
    const auto found = weights.find(name);
    if (found == weights.end()) {
      throw Error(
          text(source, ": has no tensor \"", name, "\" (the weights belong to another model or other options)"));
    }
    if (found->second.sizes() != tensor.sizes()) {
      throw Error(text(source, ": tensor \"", name, "\" has the shape ", shape_text(found->second),
                       ", but the model needs ", shape_text(tensor), " (the weights belong to other options)"));
    }
    if (!found->second.is_floating_point()) {
      throw Error(text(source, ": tensor \"", name, "\" holds ", c10::toString(found->second.scalar_type()),
                       " values, but the model needs floating point"));
    }
  }
  for (const auto& [name, tensor] : weights) {
    if (!own.contains(name) && !is_derived_buffer(name)) {
      throw Error(text(source, ": holds the tensor \"", printable(name), "\", which the model does not have"));
    }
  }
  const at::NoGradGuard no_gradients;
  for (const auto& [name, tensor] : own) at::Tensor(tensor).copy_(weights.at(name));
}

}  // namespace jetvit
