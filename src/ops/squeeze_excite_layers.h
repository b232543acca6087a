#pragma once

#include <array>
#include <cstdint>
#include <tuple>

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu_backward.h>

#include "ops/activation.h"

// The two layers of squeeze-excite, which its kernels for all devices share: between their passes over the images, by
// the operators of ATen. Everything is float32; to be called without autocast. The shapes are in ops/cpu_kernels.h.
namespace jetvit {

struct ChannelGate {
  at::Tensor hidden, gate;  // what enters the activation (N, R); (N, C) contiguous
};

inline ChannelGate channel_gate(const at::Tensor& mean, const at::Tensor& weight1, const at::Tensor& bias1,
                                const at::Tensor& weight2, const at::Tensor& bias2, Activation activation) {
  const at::Tensor hidden = at::addmm(bias1, mean, weight1.t());
  const at::Tensor active = activate(hidden, activation);
  return {hidden, at::sigmoid(at::addmm(bias2, active, weight2.t())).contiguous()};
}

// What squeeze_excite_backward returns, for ReLU and SiLU. gate_gradient (N, C): the sums of gradient times x over the
// pixels. of_x(shift) is called for the gradient of x, gradient times gate plus shift (N, C), which is contiguous.
template <class OfX>
std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor, at::Tensor> squeeze_excite_gradients(
    const at::Tensor& gate_gradient, const at::Tensor& weight1, const at::Tensor& weight2, const at::Tensor& mean,
    const at::Tensor& hidden, const at::Tensor& gate, Activation activation, std::int64_t pixels,
    const std::array<bool, 5>& output_mask, const OfX& of_x) {
  const at::Tensor outer = gate_gradient * gate * (1 - gate);
  const at::Tensor active = at::mm(outer, weight2);
  const at::Tensor inner = activation == Activation::kSilu ? at::silu_backward(active, hidden) : active * (hidden > 0);
  const auto masked = [&](std::size_t output, const auto& compute) {
    return output_mask[output] ? compute() : at::Tensor();
  };
  return {masked(0, [&] { return of_x((at::mm(inner, weight1) / static_cast<double>(pixels)).contiguous()); }),
          masked(1, [&] { return at::mm(inner.t(), mean); }), masked(2, [&] { return inner.sum(0); }),
          masked(3, [&] { return at::mm(outer.t(), activate(hidden, activation)); }),
          masked(4, [&] { return outer.sum(0); })};
}

}  // namespace jetvit
