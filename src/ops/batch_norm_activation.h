#pragma once

#include <ATen/core/Tensor.h>

#include "ops/activation.h"

namespace jetvit {

// An activation of batch norm in training mode: y = f(z) with z = weight (x - mean) / sqrt(variance + epsilon) + bias,
// mean and (population) variance over N, H and W of each channel; the running statistics move by `momentum`, the
// variance in its unbiased form (Ioffe and Szegedy, arXiv:1502.03167). x (N, C, H, W); all others (C).
//
// With x in float32 or bfloat16 and channels-last memory on the CPU, all others in float32, the two operators are one
// for SiLU and GELU: three passes over the memory forward where they take five, five backward where they take eight,
// and z is computed anew instead of kept. The arithmetic is in float32. Anything else goes through the operators of
// ATen.
at::Tensor batch_norm_activation(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                 const at::Tensor& running_mean, const at::Tensor& running_variance, double momentum,
                                 double epsilon, Activation activation);

}  // namespace jetvit
