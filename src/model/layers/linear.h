#pragma once

#include <cstdint>

#include "model/layer.h"

namespace jetvit {

// y = x W^T + b over the last dimension. Parameters "weight" (out, in) and "bias" (out).
class Linear : public Layer {
 public:
  enum class Init { kDefault, kTruncatedNormal, kUniformFanOut, kXavier, kXavierMlp };
  Linear(int in, int out, Init init, bool with_bias = true);
  const at::Tensor& weight() const { return weight_; }
  const at::Tensor& bias() const { return bias_; }  // undefined where there is none

  // The outputs [first, first + count) alone.
  at::Tensor forward_part(const at::Tensor& x, std::int64_t first, std::int64_t count) const;

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  at::Tensor weight_, bias_;
};

}  // namespace jetvit
