#pragma once

#include <string>

#include "model/layers/conv.h"
#include "model/layers/norm.h"

namespace jetvit {

// A convolution followed by a batch norm, (N, in, H, W) to (N, out, H', W'). When packed they become one convolution:
// the batch norm is folded in as a factor for the weights of each channel and a bias. Both keep their own names.
class ConvNorm : public Layer {
 public:
  ConvNorm(std::string conv_name, const ConvOptions& conv, std::string norm_name, double epsilon = 1e-5);
  using Layer::forward;
  // activation(forward(x)).
  at::Tensor forward(const at::Tensor& x, Activation activation) const;

  void pack(at::ScalarType precision) override;

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  std::shared_ptr<Conv2d> conv_;
  std::shared_ptr<BatchNorm2d> norm_;
};

}  // namespace jetvit
