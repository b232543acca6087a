#pragma once

#include <ATen/core/Tensor.h>

#include "ops/activation.h"

namespace jetvit {

// Channel attention (Hu et al., arXiv:1709.01507): x sigmoid(W2 f(W1 mean(x) + b1) + b2) with an activation f, the mean
// over H and W. x (N, C, H, W), W1 (R, C), b1 (R), W2 (C, R), b2 (C), all of these in one dtype, in which the mean and
// the gate are computed, under autocast too. Returns the shape and dtype of x. Differentiable in all tensors. Throws
// c10::Error where shapes do not fit.
//
// Where can_use_squeeze_excite holds and f is ReLU or SiLU, it takes three passes over the memory forward and four
// backward. Anything else goes through the operators of ATen, which take three and eleven.
at::Tensor squeeze_excite(const at::Tensor& x, const at::Tensor& weight1, const at::Tensor& bias1,
                          const at::Tensor& weight2, const at::Tensor& bias2, Activation activation);

// Whether squeeze_excite has a kernel for this x and this dtype of the weights: x float32 or bfloat16 in channels-last
// memory, on a device with a kernel (the CPU, NVIDIA GPUs), the weights float32. For callers that have another way
// otherwise.
bool can_use_squeeze_excite(const at::Tensor& x, at::ScalarType weights);

// The two halves around W1 and W2, for predictions whose weights are packed: x in float32 and channels-last memory on
// the CPU, without gradients. The mean over H and W, (N, C, 1, 1) in channels-last memory; and x sigmoid(logits), with
// logits of that shape.
at::Tensor squeeze(const at::Tensor& x);
at::Tensor excite(const at::Tensor& x, const at::Tensor& logits);

}  // namespace jetvit
