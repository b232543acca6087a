#pragma once

#include "compute/compute_options.h"
#include "model/model.h"
#include "run/recipe.h"

namespace jetvit {

// The memory of the tensors of a training step, in bytes: activations, gradients and weights in bfloat16. It grows with
// the number of jets.
struct StepMemory {
  double fixed = 0;
  double per_jet = 0;

  double of(double jets) const { return fixed + per_jet * jets; }
};

// Measures it with forward and backward passes of a few empty images on `model`, whose running statistics, gradients
// and frozen parameters change.
StepMemory measure_step_memory(Model& model, const Recipe& recipe, const ComputeOptions& compute);

}  // namespace jetvit
