#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "ops/activation.h"

// Weights that forward passes without gradients multiply with again and again: once brought into the type and the order
// of memory that oneDNN's kernels work with, which would otherwise happen in every call. The kernels add the bias and
// apply the activation where they write their results.
namespace jetvit {

// Whether such weights can be made of this one for products in `precision`: float32 on the CPU, oneDNN at hand, and for
// bfloat16 the processor's instructions.
bool can_pack(const at::Tensor& weight, at::ScalarType precision);

// Of a linear layer. Immutable: calls may run side by side.
class PackedLinear {
 public:
  // weight (out, in), bias (out) or undefined, both float32.
  PackedLinear(const at::Tensor& weight, const at::Tensor& bias, at::ScalarType precision);

  // (..., in) of any type to (..., out) in the precision.
  at::Tensor forward(const at::Tensor& x, std::optional<Activation> activation = std::nullopt) const;

 private:
  at::ScalarType precision_;
  at::Tensor weight_;
  std::optional<at::Tensor> bias_;
};

// Of a convolution. A pointwise one is a linear layer of the pixels; others bring their weights into the order that
// suits the images of the first call, and anew where the shape of the images changes: one call at a time.
class PackedConv {
 public:
  struct Windows {
    std::int64_t stride, padding, groups;
  };

  // weight (out, in / groups, k, k), bias (out) or undefined, both float32.
  PackedConv(const at::Tensor& weight, const at::Tensor& bias, const Windows& windows, at::ScalarType precision);

  // (N, in, H, W) of any type to (N, out, H', W') in the precision and in channels-last memory.
  at::Tensor forward(const at::Tensor& x, std::optional<Activation> activation = std::nullopt) const;

 private:
  const at::Tensor& weight_for(at::IntArrayRef images) const;

  std::optional<PackedLinear> pointwise_;
  Windows windows_;
  at::ScalarType precision_;
  at::Tensor weight_;
  std::optional<at::Tensor> bias_;
  mutable std::vector<std::int64_t> images_;  // the shape that ordered_ suits
  mutable at::Tensor ordered_;
};

}  // namespace jetvit
