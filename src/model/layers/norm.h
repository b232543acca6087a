#pragma once

#include "model/module.h"
#include "ops/activation.h"

namespace jetvit {

// Batch norm over (N, C, H, W) with running statistics (momentum 0.1). Parameters "weight", "bias"; buffers
// "running_mean", "running_var".
class BatchNorm2d : public Module {
 public:
  explicit BatchNorm2d(int channels, double epsilon = 1e-5);
  at::Tensor forward(const at::Tensor& x) const;
  // The activation of forward(x), fused where that is faster.
  at::Tensor forward(const at::Tensor& x, Activation activation) const;
  at::Tensor forward_silu(const at::Tensor& x) const { return forward(x, Activation::kSilu); }

 private:
  double epsilon_;
  at::Tensor weight_, bias_, running_mean_, running_var_;
};

// Layer norm over the last dimension. Parameters "weight", "bias".
class LayerNorm : public Module {
 public:
  explicit LayerNorm(int channels, double epsilon = 1e-6);
  at::Tensor forward(const at::Tensor& x) const;           // (..., C)
  at::Tensor forward_channels(const at::Tensor& x) const;  // (N, C, H, W), over C

 private:
  double epsilon_;
  at::Tensor weight_, bias_;
};

}  // namespace jetvit
