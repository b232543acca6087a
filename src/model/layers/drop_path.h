#pragma once

#include <vector>

#include "model/module.h"

namespace jetvit {

// Stochastic depth (Huang et al., arXiv:1603.09382): in training, the branch is dropped for each sample with
// probability `rate` and otherwise scaled by 1 / (1 - rate). No parameters.
class DropPath : public Module {
 public:
  explicit DropPath(double rate) : rate_(rate) {}
  at::Tensor forward(const at::Tensor& x) const;  // any shape (N, ...)

 private:
  double rate_;
};

// Rates that increase linearly from 0 to `last` over `count` blocks.
std::vector<double> drop_path_rates(double last, int count);

// Dropout of individual values. The identity in evaluation mode or with rate 0.
at::Tensor dropout(const at::Tensor& x, double rate, bool training);

}  // namespace jetvit
