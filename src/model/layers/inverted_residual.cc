#include "model/layers/inverted_residual.h"

#include <cmath>

#include <ATen/TensorOperators.h>

#include "model/layers/block_width.h"

namespace jetvit {

InvertedResidual::InvertedResidual(const InvertedResidualOptions& options) {
  constexpr auto kInit = ConvOptions::Init::kNormalFanOut;
  const bool expands = options.expands;
  const int middle = expands ? bottleneck_width(options.in, options.expand_ratio) : options.in;
  // A quarter of the block's input, computed from the rounded width as in the reference.
  const double squeeze_ratio = 0.25 / (expands ? options.expand_ratio : 1);
  const auto convolution = [&](const char* name, ConvOptions conv, const char* norm_name) {
    conv.bias = false;
    conv.init = kInit;
    return add_child("", std::make_shared<ConvNorm>(name, conv, norm_name));
  };
  if (expands) expand_ = convolution("conv_pw", {.in = options.in, .out = middle}, "bn1");
  depthwise_ = convolution(
      "conv_dw", {.in = middle, .out = middle, .kernel = options.kernel, .stride = options.stride, .groups = middle},
      expands ? "bn2" : "bn1");
  se_ = add_child("se", std::make_shared<SqueezeExcite>(
                            SqueezeExciteOptions{.channels = middle,
                                                 .reduced = static_cast<int>(std::nearbyint(middle * squeeze_ratio)),
                                                 .names = {"conv_reduce", "conv_expand"},
                                                 .activation = Activation::kSilu,
                                                 .init = kInit}));
  project_ = convolution(expands ? "conv_pwl" : "conv_pw", {.in = middle, .out = options.out}, expands ? "bn3" : "bn2");
  if (options.stride == 1 && options.in == options.out) {
    drop_path_ = add_child("drop_path", std::make_shared<DropPath>(options.drop_path));
  }
}

at::Tensor InvertedResidual::compute(const at::Tensor& x) const {
  constexpr auto kActivation = Activation::kSilu;
  at::Tensor y = expand_ ? expand_->forward(x, kActivation) : x;
  y = project_->forward(se_->forward(depthwise_->forward(y, kActivation)));
  return drop_path_ ? drop_path_->forward(y) + x : y;
}

}  // namespace jetvit
