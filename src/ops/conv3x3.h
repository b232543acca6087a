#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// Convolution of x (N, in, H, W) with weight (out, in, 3, 3), stride 1 and one pixel of zeros around the image, to (N,
// out, H, W) in the dtype of x. `bias` (out) may be undefined. Differentiable in x, weight and bias. Throws c10::Error
// where shapes do not fit.
//
// With float32 in channels-last memory and 16 or 32 channels on both sides, on a device with a kernel (the CPU), the
// result is channels last and the same for any number of threads. The three pixels of a row of a window are next to
// each other in memory, so that the convolution is three matrix multiplications whose left rows overlap, and only the
// image with its margin is copied. This pays for few channels, where what a library does around its multiplications
// takes as long as these; with more channels it is no faster. Anything else goes through at::conv2d.
at::Tensor conv3x3(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace jetvit
