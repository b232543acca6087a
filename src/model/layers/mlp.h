#pragma once

#include "model/layers/linear.h"

namespace jetvit {

// Two linear layers "fc1" and "fc2" with GELU between them and `ratio` times the width there, dropout behind each.
// (..., width) to the same.
class Mlp : public Layer {
 public:
  Mlp(int width, double ratio, double dropout);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  double dropout_;
  std::shared_ptr<Linear> fc1_, fc2_;
};

}  // namespace jetvit
