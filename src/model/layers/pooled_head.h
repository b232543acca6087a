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

// Layer norm, mean over the image, dropout and a linear layer: "norm", "head.fc". With a hidden layer the mean comes
// first and tanh of that layer (channels to channels) before the dropout: "head.norm", "head.pre_logits.fc", "head.fc".
// (N, channels, H, W) to (N, outputs).
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
