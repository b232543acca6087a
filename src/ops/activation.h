#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>

namespace jetvit {

// GELU x Phi(x) with the normal distribution function itself, or its approximation by tanh (Hendrycks and Gimpel,
// arXiv:1606.08415); SiLU x sigmoid(x).
enum class Activation { kRelu, kSilu, kGelu, kGeluTanh };

// x of any shape and dtype, by the operators of ATen. Differentiable.
inline at::Tensor activate(const at::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::kRelu:
      return at::relu(x);
    case Activation::kSilu:
      return at::silu(x);
    case Activation::kGelu:
      return at::gelu(x);
    case Activation::kGeluTanh:
      break;
  }
  return at::gelu(x, "tanh");
}

}  // namespace jetvit
