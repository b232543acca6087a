#pragma once

#include <array>

#include "model/layers/conv.h"
#include "ops/activation.h"

namespace jetvit {

struct SqueezeExciteOptions {
  int channels = 1;
  int reduced = 1;
  std::array<const char*, 2> names = {"fc1", "fc2"};
  Activation activation = Activation::kRelu;  // or kSilu
  ConvOptions::Init init = ConvOptions::Init::kDefault;
};

// Squeeze-excite (Hu et al., arXiv:1709.01507): mean over the image, 1x1 convolution, activation, 1x1 convolution,
// sigmoid; x (N, C, H, W) is multiplied by the result.
class SqueezeExcite : public Layer {
 public:
  explicit SqueezeExcite(const SqueezeExciteOptions& options);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  Activation activation_;
  std::shared_ptr<Conv2d> fc1_, fc2_;
};

}  // namespace jetvit
