#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "ops/activation.h"
#include "ops/packed_depthwise.h"
#include "ops/packed_product.h"

// Weights for forward passes without gradients, converted once to the dtype and the memory layout of the kernels, which
// would otherwise happen in every call. The kernels add the bias and apply the activation where they write their
// results. In float32 they are jetvit's own (ops/packed_product.h, ops/packed_depthwise.h), but for convolutions in
// groups of several channels. In bfloat16 they are oneDNN's, which are operators of libtorch's dispatcher already
// (mkldnn::...): these classes hold their layout and are no operators jetvit::... themselves.
namespace jetvit {

// Whether a weight can be packed for multiplications in `precision`: float32 on the CPU, libtorch with oneDNN, and for
// bfloat16 the processor's instructions.
bool can_pack(const at::Tensor& weight, at::ScalarType precision);

// Of a linear layer. Immutable: calls may run at the same time. Throws c10::Error where shapes do not fit.
class PackedLinear {
 public:
  // weight (out, in), bias (out) or undefined, both float32.
  PackedLinear(const at::Tensor& weight, const at::Tensor& bias, at::ScalarType precision);

  // (..., in) of any dtype to (..., out) in the precision.
  at::Tensor forward(const at::Tensor& x, std::optional<Activation> activation = std::nullopt) const;

 private:
  at::ScalarType precision_;
  std::optional<PackedProduct> product_;  // in float32
  at::Tensor weight_;
  std::optional<at::Tensor> bias_;
};

// Of a convolution. A pointwise one is a linear layer of the pixels. Others order their weights for the images of the
// first call, and again where the shape of the images changes. Calls may run at the same time. Throws c10::Error where
// shapes do not fit.
class PackedConv {
 public:
  struct Windows {
    std::int64_t stride, padding, groups;
  };

  // weight (out, in / groups, k, k), bias (out) or undefined, both float32.
  PackedConv(const at::Tensor& weight, const at::Tensor& bias, const Windows& windows, at::ScalarType precision);

  // (N, in, H, W) of any dtype to (N, out, H', W') in the precision and in channels-last memory.
  at::Tensor forward(const at::Tensor& x, std::optional<Activation> activation = std::nullopt) const;

 private:
  at::Tensor weight_for(at::IntArrayRef images) const;

  std::optional<PackedLinear> pointwise_;
  std::optional<PackedProduct> product_;      // in float32, of all channels
  std::optional<PackedDepthwise> depthwise_;  // in float32, of each channel
  Windows windows_;
  at::ScalarType precision_;
  at::Tensor weight_;
  std::optional<at::Tensor> bias_;
  mutable std::mutex mutex_;                  // of what follows
  mutable std::vector<std::int64_t> images_;  // the shape that ordered_ is for
  mutable at::Tensor ordered_;
};

}  // namespace jetvit
