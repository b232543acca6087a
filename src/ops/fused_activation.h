#pragma once

#include "ops/activation.h"

namespace jetvit {

// activate(x) for x of any shape, to the shape and dtype of x. Differentiable.
//
// With float32 or bfloat16, non-overlapping and dense in any order of dimensions, on a device with a kernel (the CPU),
// by vectorized loops and with the strides of x: values within 2e-7 of the size of x, before they are rounded to
// bfloat16. ReLU and anything else go through the operators of ATen.
at::Tensor fused_activation(const at::Tensor& x, Activation activation);

}  // namespace jetvit
