#pragma once

#include "model/layers/conv.h"

namespace jetvit {

// 2x2 mean pooling, then the 1x1 convolution "expand" where the number of channels changes. (N, in, H, W) to
// (N, out, H / 2, W / 2).
class Downsample : public Module {
 public:
  Downsample(int in, int out, bool bias, ConvOptions::Init init);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  std::shared_ptr<Conv2d> expand_;
};

}  // namespace jetvit
