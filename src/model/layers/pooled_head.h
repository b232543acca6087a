#pragma once

#include "model/layers/linear.h"
#include "model/layers/norm.h"

namespace jetvit {

// Mean over the image and a linear layer "fc", with dropout before it. (N, C, H, W) to (N, outputs).
class PooledHead : public Module {
 public:
  PooledHead(int channels, int outputs, double dropout);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  double dropout_;
  std::shared_ptr<Linear> fc_;
};

// The same with layer norm "norm" and a hidden layer "pre_logits.fc" (C to C, tanh) behind the mean.
class PooledMlpHead : public Module {
 public:
  PooledMlpHead(int channels, int outputs, double dropout, double epsilon);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  double dropout_;
  std::shared_ptr<LayerNorm> norm_;
  std::shared_ptr<Linear> hidden_, fc_;
};

}  // namespace jetvit
