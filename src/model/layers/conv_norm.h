#pragma once

#include <string>

#include "model/layers/conv.h"
#include "model/layers/norm.h"

namespace jetvit {

// A convolution and the batch norm behind it, (N, in, H, W) to (N, out, H', W'). Packed they are one convolution: what
// running statistics do to a channel is a factor of its weights and a bias. Both go by their own names.
class ConvNorm : public Layer {
 public:
  ConvNorm(std::string conv_name, const ConvOptions& conv, std::string norm_name, double epsilon = 1e-5);
  using Layer::forward;
  // The activation of forward(x).
  at::Tensor forward(const at::Tensor& x, Activation activation) const;

  void pack(at::ScalarType precision) override;

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  std::shared_ptr<Conv2d> conv_;
  std::shared_ptr<BatchNorm2d> norm_;
};

}  // namespace jetvit
