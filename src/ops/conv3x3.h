#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// Whether conv3x3 takes this image (N, in, H, W) and these weights (out, in, 3, 3): float32 in channels-last memory on
// the CPU, `in` and `out` 16 or 32. With more channels it is no faster than the library's.
bool takes_conv3x3(const at::Tensor& x, const at::Tensor& weight);

// Convolution by 3 x 3 weights, one pixel apart, with a margin of one pixel of zeros: to (N, out, H, W). `bias` (out)
// may be undefined. Differentiable in x, weight and bias; the same values for any number of threads.
//
// The three pixels of a row of a window lie side by side in memory, so that the convolution is three matrix products
// whose left rows overlap: nothing is copied but the image with its margin. For few channels, where what a library does
// around its products takes as long as these.
at::Tensor conv3x3(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace jetvit
