#pragma once

#include "model/layers/conv.h"

namespace jetvit {

// 2x2 mean pooling, then the 1x1 convolution "expand" if the number of channels changes. (N, in, H, W) to
// (N, out, H / 2, W / 2).
class Downsample : public Layer {
 public:
  Downsample(int in, int out, bool bias, ConvOptions::Init init);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  std::shared_ptr<Conv2d> expand_;
};

}  // namespace jetvit
