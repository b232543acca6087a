#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// Layer norm over the last dimension of x (..., C) with `weight` and `bias` (C), to the shape and dtype of x.
// Differentiable in x, weight and bias. Throws c10::Error where shapes do not fit.
//
// With x in float32 or bfloat16, weight and bias in float32, on a device with a kernel (a GPU: up to 1536 channels),
// the result is contiguous, computed in float32 and rounded once; it and the gradients are the same for any number of
// threads. Anything else goes through at::layer_norm.
at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double epsilon);

}  // namespace jetvit
