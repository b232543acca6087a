#pragma once

#include <optional>

#include "model/layer.h"
#include "ops/activation.h"
#include "ops/depthwise_conv.h"
#include "ops/packed_weight.h"

namespace jetvit {

struct ConvOptions {
  enum class Init { kDefault, kNormalFanOut, kXavier, kXavierMlp };
  int in = 1;
  int out = 1;
  int kernel = 1;
  int stride = 1;
  int padding = -1;   // -1: symmetric, ((stride - 1) + (kernel - 1)) / 2
  bool same = false;  // TensorFlow's padding: an odd extra pixel is added at the right and bottom
  int groups = 1;
  bool bias = true;
  Init init = Init::kDefault;
};

// Two-dimensional convolution, (N, in, H, W) to (N, out, H', W'). Parameters "weight" (out, in / groups, k, k) and
// "bias".
class Conv2d : public Layer {
 public:
  explicit Conv2d(const ConvOptions& options);
  using Layer::forward;
  // activation(forward(x)).
  at::Tensor forward(const at::Tensor& x, Activation activation) const;
  const at::Tensor& weight() const { return weight_; }
  const at::Tensor& bias() const { return bias_; }  // undefined without bias

  void pack(at::ScalarType precision) override;
  void unpack() override { packed_.reset(); }
  // Packs factor * convolution + shift, with one factor and shift per output channel: (out).
  void pack_scaled(const at::Tensor& factor, const at::Tensor& shift, at::ScalarType precision);
  bool is_packed() const { return packed_.has_value(); }

 private:
  at::Tensor compute(const at::Tensor& input) const override;

  ConvWindows windows_over(const at::Tensor& x) const;
  bool pads_unevenly() const { return options_.same && options_.stride > 1; }
  at::Tensor padded(const at::Tensor& x) const;  // only if pads_unevenly()
  std::int64_t padding() const { return pads_unevenly() ? 0 : options_.padding; }

  ConvOptions options_;
  at::Tensor weight_, bias_;
  std::optional<PackedConv> packed_;
};

}  // namespace jetvit
