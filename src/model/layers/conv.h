#pragma once

#include "model/layer.h"
#include "ops/depthwise_conv.h"

namespace jetvit {

struct ConvOptions {
  enum class Init { kDefault, kNormalFanOut, kXavier, kXavierMlp };
  int in = 1;
  int out = 1;
  int kernel = 1;
  int stride = 1;
  int padding = -1;   // -1: symmetric, ((stride - 1) + (kernel - 1)) / 2
  bool same = false;  // TensorFlow's padding: an odd pixel more goes to the right and below
  int groups = 1;
  bool bias = true;
  Init init = Init::kDefault;
};

// Two-dimensional convolution, (N, in, H, W) to (N, out, H', W'). Parameters "weight" (out, in / groups, k, k) and
// "bias".
class Conv2d : public Layer {
 public:
  explicit Conv2d(const ConvOptions& options);
  const at::Tensor& weight() const { return weight_; }
  const at::Tensor& bias() const { return bias_; }  // undefined where there is none

 private:
  at::Tensor compute(const at::Tensor& input) const override;

  ConvWindows windows_over(const at::Tensor& x) const;

  ConvOptions options_;
  at::Tensor weight_, bias_;
};

}  // namespace jetvit
