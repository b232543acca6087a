#pragma once

#include <cstdint>
#include <optional>

#include "model/layer.h"
#include "ops/activation.h"
#include "ops/packed_weight.h"

namespace jetvit {

// y = x W^T + b over the last dimension. Parameters "weight" (out, in) and "bias" (out).
class Linear : public Layer {
 public:
  enum class Init { kDefault, kTruncatedNormal, kUniformFanOut, kXavier, kXavierMlp };
  Linear(int in, int out, Init init, bool with_bias = true);
  const at::Tensor& weight() const { return weight_; }
  const at::Tensor& bias() const { return bias_; }  // undefined without bias

  using Layer::forward;
  // activation(forward(x)).
  at::Tensor forward(const at::Tensor& x, Activation activation) const;

  // Only the outputs [first, first + count).
  at::Tensor forward_part(const at::Tensor& x, std::int64_t first, std::int64_t count) const;

  void pack(at::ScalarType precision) override;
  void unpack() override { packed_.reset(); }

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  at::Tensor weight_, bias_;
  std::optional<PackedLinear> packed_;
};

}  // namespace jetvit
