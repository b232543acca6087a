#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// The mean of every 2 x 2 pixels of x (N, C, H, W), without padding: (N, C, H / 2, W / 2), rounded down.
// Differentiable. Without gradients, with x in float32 and channels-last memory on the CPU, by a kernel of our own. Its
// result is channels last, the same for any number of threads, and that of at::avg_pool2d bit for bit: a layer that is
// computed again with gradients (model/recompute.h) gives the same numbers. Anything else goes through at::avg_pool2d.
at::Tensor average_pool_2x2(const at::Tensor& x);

}  // namespace jetvit
