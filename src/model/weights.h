#pragma once

#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "model/module.h"

namespace jetvit {

// Parameters and buffers of `model` by name: what a weights file holds. The tensors are the model's own.
std::map<std::string, at::Tensor> named_weights(const Module& model);

// Copies `weights` into the model by name. Throws Error naming `source` and the first missing, unexpected or misshapen
// tensors, or one that does not hold floating point; nothing is copied then. Counters that torch keeps beside batch
// norms are ignored.
void load_weights(Module& model, const std::map<std::string, at::Tensor>& weights, const std::string& source);

}  // namespace jetvit
