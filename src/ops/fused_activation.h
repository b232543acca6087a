#pragma once

#include "ops/activation.h"

namespace jetvit {

// activate(x) for float32 and bfloat16 on the CPU in any dense order of memory by vectorised loops: values within 2e-7
// of the size of x, before they are rounded to bfloat16. Anything else goes through the operators of ATen.
at::Tensor fused_activation(const at::Tensor& x, Activation activation);

}  // namespace jetvit
