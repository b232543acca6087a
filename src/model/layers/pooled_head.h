#pragma once

#include "model/layers/linear.h"
#include "model/layers/norm.h"

namespace jetvit {

struct PooledHeadOptions {
  int channels = 1;
  int outputs = 1;
  double dropout = 0;
  double epsilon = 1e-6;  // of the norm
  bool hidden = false;
};

// (N, channels, H, W) to (N, outputs). Layer norm "norm", mean over the image, dropout and the linear layer "head.fc".
// With a hidden layer: mean over the image, layer norm "head.norm", the linear layer "head.pre_logits.fc" (channels to
// channels), tanh, dropout and "head.fc".
class PooledHead : public Layer {
 public:
  explicit PooledHead(const PooledHeadOptions& options);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  double dropout_;
  std::shared_ptr<LayerNorm> norm_;
  std::shared_ptr<Linear> hidden_, fc_;
};

}  // namespace jetvit
