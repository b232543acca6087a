#include "model/layers/mbconv.h"

#include <ATen/TensorOperators.h>

#include "model/layers/block_width.h"

namespace jetvit {

MbConv::MbConv(const MbConvOptions& options) : options_(options) {
  constexpr auto kInit = ConvOptions::Init::kNormalFanOut;
  const int middle = bottleneck_width(options.expand_output ? options.out : options.in, options.expand_ratio);
  const auto norm = [&](const char* name, int channels) {
    return add_child(name, std::make_shared<BatchNorm2d>(channels, options.epsilon));
  };
  const auto convolution_and_norm = [&](const char* name, const ConvOptions& conv, const char* norm_name) {
    return add_child("", std::make_shared<ConvNorm>(name, conv, norm_name, options.epsilon));
  };
  const auto squeeze = [&](const char* name) {
    const int reduced = squeeze_width(options.expand_output ? options.out : middle, options.squeeze_ratio);
    se_ = add_child(
        name, std::make_shared<SqueezeExcite>(SqueezeExciteOptions{
                  .channels = middle, .reduced = reduced, .activation = options.squeeze_activation, .init = kInit}));
  };
  const bool halves = options.stride == 2;
  if (halves) {
    shortcut_ =
        add_child("shortcut", std::make_shared<Downsample>(options.in, options.out, options.output_bias, kInit));
    if (!options.strided_depthwise) down_ = std::make_shared<Downsample>(options.in, options.in, false, kInit);
  }
  pre_norm_ = norm("pre_norm", options.in);
  expand_ = convolution_and_norm("conv1_1x1", {.in = options.in, .out = middle, .bias = false, .init = kInit}, "norm1");
  const ConvOptions depthwise = {.in = middle,
                                 .out = middle,
                                 .kernel = 3,
                                 .stride = halves && options.strided_depthwise ? 2 : 1,
                                 .same = options.same_padding,
                                 .groups = middle,
                                 .bias = false,
                                 .init = kInit};
  if (options.squeeze_early) {
    depthwise_alone_ = add_child("conv2_kxk", std::make_shared<Conv2d>(depthwise));
    squeeze("se_early");
    depthwise_norm_ = norm("norm2", middle);
  } else {
    depthwise_ = convolution_and_norm("conv2_kxk", depthwise, "norm2");
    squeeze("se");
  }
  project_ = add_child("conv3_1x1", std::make_shared<Conv2d>(ConvOptions{
                                        .in = middle, .out = options.out, .bias = options.output_bias, .init = kInit}));
  drop_path_ = add_child("drop_path", std::make_shared<DropPath>(options.drop_path));
}

at::Tensor MbConv::compute(const at::Tensor& x) const {
  const Activation activation = options_.activation;
  const at::Tensor shortcut = shortcut_ ? shortcut_->forward(x) : x;
  at::Tensor y = options_.pre_activation ? pre_norm_->forward(x, activation) : pre_norm_->forward(x);
  if (down_) y = down_->forward(y);
  y = expand_->forward(y, activation);
  y = options_.squeeze_early ? depthwise_norm_->forward(se_->forward(depthwise_alone_->forward(y)), activation)
                             : se_->forward(depthwise_->forward(y, activation));
  return drop_path_->forward(project_->forward(y)) + shortcut;
}

}  // namespace jetvit
