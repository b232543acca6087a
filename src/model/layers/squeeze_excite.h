#pragma once

#include "model/layers/conv.h"
#include "ops/activation.h"

namespace jetvit {

// Channel attention (Hu et al., arXiv:1709.01507): mean over the image, 1x1 convolutions "fc1" (ReLU or
// SiLU) and "fc2" (sigmoid), and the product with x (N, C, H, W).
class SqueezeExcite : public Module {
 public:
  SqueezeExcite(int channels, int reduced, ConvOptions::Init init, Activation activation = Activation::kRelu);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  Activation activation_;
  std::shared_ptr<Conv2d> fc1_, fc2_;
};

}  // namespace jetvit
