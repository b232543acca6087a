#pragma once

#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "model/module.h"

namespace jetvit {

// Parameters and buffers of `model` by name: what a weights file holds. The tensors are the model's own.
std::map<std::string, at::Tensor> named_weights(const Module& model);

// Whether a file's tensor follows from the model itself: the counter that torch keeps beside a batch norm, the index
// tables and masks of windows that earlier releases of timm stored.
bool is_derived_buffer(const std::string& name);

std::string shape_text(const at::Tensor& tensor);  // "(64, 3, 7, 7)"

// Copies `weights` into the model by name. Throws Error naming `source` and the first missing, unexpected or misshapen
// tensors, or one that does not hold floating point; nothing is copied then. Derived buffers are ignored.
void load_weights(Module& model, const std::map<std::string, at::Tensor>& weights, const std::string& source);

}  // namespace jetvit
