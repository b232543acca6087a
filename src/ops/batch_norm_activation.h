#pragma once

#include <ATen/core/Tensor.h>

#include "ops/activation.h"

namespace jetvit {

// An activation of batch norm in training mode: y = f(z) with z = weight (x - mean) / sqrt(variance + epsilon) + bias,
// mean and (population) variance over N, H and W of each channel; the running statistics move by `momentum`, the
// variance in its unbiased form (Ioffe and Szegedy, arXiv:1502.03167). x (N, C, H, W); all others (C). Returns the
// shape and dtype of x. Differentiable in x, weight and bias. Throws c10::Error where shapes do not fit.
//
// With x in float32 or bfloat16 and channels-last memory, all others in float32, on a device with a kernel (the CPU,
// NVIDIA GPUs), SiLU and GELU are fused with the norm: three passes over the memory forward instead of five, five
// backward instead of eight, and z is computed again instead of kept. The arithmetic is in float32. Anything else goes
// through the operators of ATen.
at::Tensor batch_norm_activation(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                 const at::Tensor& running_mean, const at::Tensor& running_variance, double momentum,
                                 double epsilon, Activation activation);

}  // namespace jetvit
