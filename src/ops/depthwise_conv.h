#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace jetvit {

// Where the windows of a convolution lie: the first begins `top` rows above and `left` columns left of the image, where
// zeros are, and there are height x width of them, `stride` pixels apart.
struct ConvWindows {
  std::int64_t stride, top, left, height, width;
};

// Whether depthwise_conv takes this image (N, C, H, W) and these weights (C, 1, k, k): float32 or bfloat16 in
// channels-last memory on the CPU, at least 16 channels, k = 3 or 5, stride 1 or 2.
bool takes_depthwise_conv(const at::Tensor& x, const at::Tensor& weight, const ConvWindows& grid);

// Convolves every channel with its own k x k weights in float32 (C, 1, k, k), to (N, C, height, width) in the type of
// x; sums are float32. `bias` (C) may be undefined. With bfloat16 images the weights are rounded to bfloat16 first.
// Differentiable in x, weight and bias; the same values for any number of threads.
at::Tensor depthwise_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                          const ConvWindows& grid);

}  // namespace jetvit
