#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// The mean of every 2 x 2 pixels of x (N, C, H, W), without padding: (N, C, H / 2, W / 2), rounded down.
// Differentiable. Without gradients, with x in float32 and channels-last memory on the CPU, by a kernel of our own,
// whose result is channels last and the same for any number of threads. Anything else goes through at::avg_pool2d.
at::Tensor average_pool_2x2(const at::Tensor& x);

}  // namespace jetvit
