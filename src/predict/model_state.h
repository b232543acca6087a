#pragma once

#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "model/model.h"

namespace jetvit {

// Parameters and buffers by name: the model's own tensors, not copies.
std::map<std::string, at::Tensor> model_state(Model& model);

// Copies `tensors` into the model. Throws Error naming the first tensor that is missing, surplus or misshapen, with
// `where` (a path) in front.
void load_model_state(Model& model, const std::map<std::string, at::Tensor>& tensors, const std::string& where);

}  // namespace jetvit
