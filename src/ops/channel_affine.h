#pragma once

#include <optional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "ops/activation.h"

namespace jetvit {

// y = activation(factor x + shift), by channel, of x (N, C, H, W) in float32 and channels-last memory on the CPU: a
// batch norm of a prediction. Without gradients. The same for any number of threads. Throws c10::Error where shapes do
// not fit.
class ChannelAffine {
 public:
  // factor and shift (C), float32.
  ChannelAffine(const at::Tensor& factor, const at::Tensor& shift);

  at::Tensor images(const at::Tensor& x, std::optional<Activation> activation) const;

 private:
  std::vector<float> factor_, shift_;
};

}  // namespace jetvit
