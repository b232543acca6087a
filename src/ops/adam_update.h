#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace jetvit {

// Numbers of one step of Adam (Kingma and Ba, arXiv:1412.6980) or AdamW (Loshchilov and Hutter, arXiv:1711.05101).
struct AdamStep {
  std::int64_t step = 1;  // from 1
  double lr, beta1, beta2, eps;
  double gradient_scale = 1;  // the gradient is multiplied by it
  double decay = 0;           // and this times the weight added: Adam's weight decay
  double shrinkage = 1;       // the weight is multiplied by it first: AdamW's weight decay
};

// Updates a weight and its moments, float32, by a gradient in bfloat16, and sets `rounded` to the weight in bfloat16,
// in one pass. All of one shape, contiguous, on the CPU. Bit for bit what the vectors of ATen's _fused_adam_ and
// _fused_adamw_ make of the widened gradient, for beta1 above a half; the values that fill no vector they compute in
// float64.
void adam_update(const AdamStep& step, const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& first,
                 const at::Tensor& second, const at::Tensor& rounded);

}  // namespace jetvit
