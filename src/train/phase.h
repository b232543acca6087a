#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "base/options.h"
#include "model/module.h"
#include "run/recipe.h"

namespace jetvit {

// What a phase of a training trains, and what it begins with.
struct PhaseSummary {
  std::string name, model;
  std::int64_t parameters = 0;
  std::int64_t trainable = 0;  // of them
  std::size_t tensors = 0;     // parameters and running statistics
  std::size_t taken = 0;       // of them, with the values of the phase before
};

Json to_json(const PhaseSummary& phase);

// Copies the tensors of `weights` that `model` has under the same name and in the same shape; returns their number.
std::size_t copy_matching_weights(Module& model, const std::map<std::string, at::Tensor>& weights);

// before: the weights of the phase before, or nothing. Throws UsageError for patterns of frozen parameters that do not
// fit, and where there is a phase before of which nothing fits. Copies nothing.
PhaseSummary summarize_phase(const Recipe& recipe, const Module& model,
                             const std::map<std::string, at::Tensor>& before);

}  // namespace jetvit
