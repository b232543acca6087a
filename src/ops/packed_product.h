#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "ops/activation.h"

namespace jetvit {

// A linear layer or a convolution in float32 on the CPU, as products of rows with weights that are packed once: in
// panels of sixteen outputs, in the order in which a tile of registers reads them. Bias and activation follow while the
// results are in the cache. A call costs little beside its arithmetic, so that this suits single jets and layers with
// few channels, where libraries take longer to prepare a product than to compute it. Sums are in the order of the
// inputs: the same for any number of threads and any batch. Immutable: calls may run at the same time.
class PackedProduct {
 public:
  // weight (out, in) or (out, in, k, k), bias (out) or undefined, both float32.
  PackedProduct(const at::Tensor& weight, const at::Tensor& bias);

  // (..., in), contiguous, to (..., out). Throws c10::Error where shapes do not fit.
  at::Tensor rows(const at::Tensor& x, std::optional<Activation> activation) const;

  // (N, in, H, W) in channels-last memory to (N, out, H', W') in channels-last memory. Throws c10::Error where shapes
  // do not fit.
  at::Tensor images(const at::Tensor& x, std::int64_t stride, std::int64_t padding,
                    std::optional<Activation> activation) const;

 private:
  std::size_t in_, out_, kernel_;
  std::vector<float> panels_;  // [out / 16][row of the kernel][column of the kernel][in][16]
  std::vector<float> bias_;    // zeros where there is none; of whole panels
};

}  // namespace jetvit
