#pragma once

#include "model/layers/linear.h"
#include "model/layers/relative_bias.h"
#include "ops/window_attention.h"

namespace jetvit {

struct WindowAttentionOptions {
  int width = 1;  // channels
  int heads = 1;
  WindowGrid grid;
  bool relative_bias = true;
  double dropout = 0;  // after the projection
};

// Self-attention among the tokens of each window (Swin, arXiv:2103.14030). (N, side, side, width) to the same shape.
// Parameters "relative_position_bias_table" (with relative_bias), then those of "qkv" and "proj".
class WindowAttention : public Layer {
 public:
  explicit WindowAttention(const WindowAttentionOptions& options);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  WindowAttentionOptions options_;
  std::shared_ptr<RelativeBias> bias_;
  std::shared_ptr<Linear> qkv_, proj_;
};

}  // namespace jetvit
