#include "model/layers/inverted_residual.h"

#include <cmath>

#include <ATen/TensorOperators.h>

#include "model/layers/block_width.h"

namespace jetvit {

InvertedResidual::InvertedResidual(const InvertedResidualOptions& options) {
  constexpr auto kInit = ConvOptions::Init::kNormalFanOut;
  const bool expands = options.expands;
  const int middle = expands ? bottleneck_width(options.in, options.expand_ratio) : options.in;
  // A quarter of the block's input, by way of the rounded width, as in the reference.
  const double squeeze_ratio = 0.25 / (expands ? options.expand_ratio : 1);
  const auto convolution = [&](const char* name, ConvOptions conv) {
    conv.bias = false;
    conv.init = kInit;
    return add_child(name, std::make_shared<Conv2d>(conv));
  };
  const auto norm = [&](const char* name, int channels) {
    return add_child(name, std::make_shared<BatchNorm2d>(channels));
  };
  if (expands) {
    expand_ = convolution("conv_pw", {.in = options.in, .out = middle});
    expand_norm_ = norm("bn1", middle);
  }
  depthwise_ = convolution(
      "conv_dw", {.in = middle, .out = middle, .kernel = options.kernel, .stride = options.stride, .groups = middle});
  depthwise_norm_ = norm(expands ? "bn2" : "bn1", middle);
  se_ = add_child("se", std::make_shared<SqueezeExcite>(
                            SqueezeExciteOptions{.channels = middle,
                                                 .reduced = static_cast<int>(std::nearbyint(middle * squeeze_ratio)),
                                                 .names = {"conv_reduce", "conv_expand"},
                                                 .activation = Activation::kSilu,
                                                 .init = kInit}));
  project_ = convolution(expands ? "conv_pwl" : "conv_pw", {.in = middle, .out = options.out});
  project_norm_ = norm(expands ? "bn3" : "bn2", options.out);
  if (options.stride == 1 && options.in == options.out) {
    drop_path_ = add_child("drop_path", std::make_shared<DropPath>(options.drop_path));
  }
}

at::Tensor InvertedResidual::compute(const at::Tensor& x) const {
  at::Tensor y = expand_ ? expand_norm_->forward_silu(expand_->forward(x)) : x;
  y = se_->forward(depthwise_norm_->forward_silu(depthwise_->forward(y)));
  y = project_norm_->forward(project_->forward(y));
  return drop_path_ ? drop_path_->forward(y) + x : y;
}

}  // namespace jetvit
