#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// Layer norm over the last dimension of x (..., C) with `weight` and `bias` (C). For float32 and bfloat16 on the CPU by
// vectorised loops that compute in float32, round the result once and give the same numbers for any number of threads,
// gradients of the weights included. Anything else goes through the operator of ATen.
at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double epsilon);

}  // namespace jetvit
