#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace jetvit {

// The windows of a convolution: the first begins `top` rows above and `left` columns left of the image, where zeros
// are, and there are height x width of them, `stride` pixels apart.
struct ConvWindows {
  std::int64_t stride, top, left, height, width;
};

// Convolves every channel of x (N, C, H, W) with its own k x k weights (C, 1, k, k), to (N, C, height, width) in the
// dtype of x. `bias` (C) may be undefined. Differentiable in x, weight and bias. Throws c10::Error where shapes do not
// fit.
//
// Where can_use_depthwise_conv holds, the result is in channels-last memory and the same for any number of threads;
// sums are float32, and with bfloat16 images the weights are rounded to bfloat16 first. Anything else goes through
// at::conv2d.
at::Tensor depthwise_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                          const ConvWindows& grid);

// Whether depthwise_conv has a kernel for these arguments: x float32 or bfloat16 in channels-last memory, on a device
// with a kernel (the CPU, NVIDIA GPUs), with at least 16 channels, the weights float32, k = 3 or 5, stride 1 or 2. For
// callers that have another way otherwise.
bool can_use_depthwise_conv(const at::Tensor& x, const at::Tensor& weight, const ConvWindows& grid);

}  // namespace jetvit
