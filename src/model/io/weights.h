#pragma once

#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "model/module.h"

namespace jetvit {

// Parameters and buffers of `model` by name, as in a file of weights. The tensors are those of the model, not copies.
std::map<std::string, at::Tensor> named_weights(const Module& model);

// Whether a tensor of a file follows from the model itself: torch's counter of batches in a batch norm, and the index
// tables and masks of windows that earlier releases of timm stored.
bool is_derived_buffer(const std::string& name);

std::string shape_text(const at::Tensor& tensor);  // "(64, 3, 7, 7)"

// Copies `weights` into the model by name. Derived buffers are ignored. If a tensor is missing, unexpected, of another
// shape or not floating point, throws Error with `source` and the tensor, and copies nothing.
void load_weights(Module& model, const std::map<std::string, at::Tensor>& weights, const std::string& source);

}  // namespace jetvit
