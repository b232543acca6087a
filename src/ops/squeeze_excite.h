#pragma once

#include <ATen/core/Tensor.h>

#include "ops/activation.h"

namespace jetvit {

// Channel attention (Hu et al., arXiv:1709.01507): x sigmoid(W2 f(W1 mean(x) + b1) + b2) with f = ReLU or SiLU, the
// mean over H and W. x (N, C, H, W) with has_rows(x) (ops/row_blocks.h), W1 (R, C), b1 (R), W2 (C, R), b2 (C), all
// float32, as are the mean and the gate, under autocast too. Three passes
// over the memory forward and five backward, where the operators of ATen take three and eleven.
at::Tensor squeeze_excite(const at::Tensor& x, const at::Tensor& weight1, const at::Tensor& bias1,
                          const at::Tensor& weight2, const at::Tensor& bias2, Activation activation);

}  // namespace jetvit
