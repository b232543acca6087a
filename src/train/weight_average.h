#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "model/model.h"

namespace jetvit {

// The exponential moving average of a model's weights and statistics, which another model holds. No update waits for a
// device.
class WeightAverage {
 public:
  // Both models are of the same kind; they outlive this object.
  WeightAverage(const Model& model, const Model& average);

  // Moves the average towards the model's weights by `weight`, of no dimension and float64, of the distance.
  void update(const at::Tensor& weight);

 private:
  std::vector<at::Tensor> model_, average_;  // of both, in one order
};

}  // namespace jetvit
