#pragma once

#include "model/layers/linear.h"

namespace jetvit {

// Linear layer "fc1", GELU, linear layer "fc2", with a hidden width of `ratio` times the width and dropout after each
// layer. (..., width) to the same shape.
class Mlp : public Layer {
 public:
  Mlp(int width, double ratio, double dropout);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  double dropout_;
  std::shared_ptr<Linear> fc1_, fc2_;
};

}  // namespace jetvit
