#include "train/weight_average.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sub.h>
#include <c10/core/GradMode.h>

#include "model/io/weights.h"

namespace jetvit {

WeightAverage::WeightAverage(const Model& model, const Model& average) {
  for (const auto& [name, tensor] : named_weights(model)) model_.push_back(tensor);
  for (const auto& [name, tensor] : named_weights(average)) average_.push_back(tensor);
}

void WeightAverage::update(const at::Tensor& weight) {
  const c10::NoGradGuard no_gradients;
  if (weight.is_cpu()) {
    at::_foreach_lerp_(average_, model_, weight.item<double>());
    return;
  }
  // ATen has no such kernel with a single weight in the device's memory.
  std::vector<at::Tensor> distances = at::_foreach_sub(model_, average_);
  at::_foreach_mul_(distances, weight.to(at::kFloat));
  at::_foreach_add_(average_, distances);
}

}  // namespace jetvit
