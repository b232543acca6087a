#pragma once

#include <optional>

#include "model/layer.h"
#include "ops/activation.h"
#include "ops/channel_affine.h"

namespace jetvit {

// Batch norm of (N, C, H, W) with running statistics (momentum 0.1). Parameters "weight", "bias"; buffers
// "running_mean", "running_var". In training mode, throws Error if N H W is 1.
class BatchNorm2d : public Layer {
 public:
  explicit BatchNorm2d(int channels, double epsilon = 1e-5);
  using Layer::forward;
  // activation(forward(x)), fused if that is faster.
  at::Tensor forward(const at::Tensor& x, Activation activation) const;

  // The operation in evaluation mode: y = factor x + shift, with shapes (channels).
  struct Affine {
    at::Tensor factor, shift;
  };
  Affine affine() const;

  void pack(at::ScalarType precision) override;
  void unpack() override { packed_.reset(); }

 private:
  at::Tensor compute(const at::Tensor& x) const override;
  at::Tensor synchronized(const at::Tensor& x, std::optional<Activation> activation) const;

  std::optional<at::Tensor> packed_forward(const at::Tensor& x, std::optional<Activation> activation) const;

  double epsilon_;
  at::Tensor weight_, bias_, running_mean_, running_var_;
  std::optional<ChannelAffine> packed_;
};

// Layer norm over the last dimension. Parameters "weight", "bias".
class LayerNorm : public Layer {
 public:
  explicit LayerNorm(int channels, double epsilon = 1e-6);
  at::Tensor forward_channels(const at::Tensor& x) const;  // (N, C, H, W), over C

 private:
  at::Tensor compute(const at::Tensor& x) const override;  // (..., C)

  double epsilon_;
  at::Tensor weight_, bias_;
};

}  // namespace jetvit
