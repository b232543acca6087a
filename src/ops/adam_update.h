#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace jetvit {

// Numbers of one step of Adam (Kingma and Ba, arXiv:1412.6980) or AdamW (Loshchilov and Hutter, arXiv:1711.05101).
struct AdamStep {
  std::int64_t step = 1;  // from 1
  double lr, beta1, beta2, eps;
  double gradient_scale = 1;  // the gradient is multiplied by it
  double decay = 0;           // then the weight times this is added to it: Adam's weight decay
  double shrinkage = 1;       // the weight is multiplied by it first: AdamW's weight decay
};

// Updates a weight and its moments by a gradient, and sets `rounded`, a copy of the weight in another dtype, to the
// updated weight. All have one shape; the weight and the moments have one dtype. Outside of autograd: no graph is made,
// and the versions of the tensors stay. Throws c10::Error where shapes do not fit.
//
// One pass over the memory with the weight and the moments in float32, the gradient and `rounded` in bfloat16, all
// contiguous in one memory format, on a device with a kernel (the CPU): bit for bit what ATen's _fused_adam_ and
// _fused_adamw_ compute in whole vectors from the gradient in float32, for beta1 above a half; they compute the rest in
// float64. Anything else goes through the operators of ATen, one after the other.
void adam_update(const AdamStep& step, const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& first,
                 const at::Tensor& second, const at::Tensor& rounded);

}  // namespace jetvit
