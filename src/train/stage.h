#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "base/options.h"
#include "model/module.h"
#include "train/recipe.h"

namespace jetvit {

// What a stage of a training trains, and what it begins with.
struct StageSummary {
  std::string name, model;
  std::int64_t parameters = 0;
  std::int64_t trainable = 0;  // of them
  std::size_t tensors = 0;     // parameters and running statistics
  std::size_t taken = 0;       // of them, with the values of the stage before
};

Json to_json(const StageSummary& stage);

// Copies the tensors of `weights` that `model` has under the same name and in the same shape; returns their number.
std::size_t take_over(Module& model, const std::map<std::string, at::Tensor>& weights);

// before: the weights of the stage before, or nothing. Throws UsageError for patterns of frozen parameters that do not
// fit, and where there is a stage before of which nothing fits. Copies nothing.
StageSummary summarise_stage(const Recipe& recipe, const Module& model,
                             const std::map<std::string, at::Tensor>& before);

}  // namespace jetvit
