#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "ops/activation.h"

namespace jetvit {

// A convolution of every channel with its own weights, in float32 on the CPU, with weights in the order of its kernel
// (ops/depthwise_conv.h) and an activation after it. The same for any number of threads. Immutable: calls may run at
// the same time.
class PackedDepthwise {
 public:
  // Whether there is a kernel for a weight (C, 1, k, k): k = 3 or 5, stride 1 or 2, at least 16 channels.
  static bool can_pack(const at::Tensor& weight, std::int64_t stride, std::int64_t groups);

  // bias (C) or undefined, both float32.
  PackedDepthwise(const at::Tensor& weight, const at::Tensor& bias);

  // (N, C, H, W) to (N, C, H', W'), both in channels-last memory. Throws c10::Error where shapes do not fit.
  at::Tensor images(const at::Tensor& x, std::int64_t stride, std::int64_t padding,
                    std::optional<Activation> activation) const;

 private:
  std::int64_t kernel_;
  std::vector<float> taps_;  // [row][column][C]
  std::vector<float> bias_;
};

}  // namespace jetvit
