#include "model/layers/mbconv.h"

#include <ATen/TensorOperators.h>

#include "model/layers/block_width.h"

namespace jetvit {

MbConv::MbConv(const MbConvOptions& options) : options_(options) {
  constexpr auto kInit = ConvOptions::Init::kNormalFanOut;
  const int middle = bottleneck_width(options.expand_output ? options.out : options.in, options.expand_ratio);
  const auto convolution = [&](const char* name, ConvOptions conv) {
    conv.init = kInit;
    return add_child(name, std::make_shared<Conv2d>(conv));
  };
  const auto norm = [&](const char* name, int channels) {
    return add_child(name, std::make_shared<BatchNorm2d>(channels, options.epsilon));
  };
  const auto squeeze = [&](const char* name) {
    const int reduced = static_cast<int>(options.squeeze_ratio * (options.expand_output ? options.out : middle));
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
  conv1_ = convolution("conv1_1x1", {.in = options.in, .out = middle, .bias = false});
  norm1_ = norm("norm1", middle);
  conv2_ = convolution("conv2_kxk", {.in = middle,
                                     .out = middle,
                                     .kernel = 3,
                                     .stride = halves && options.strided_depthwise ? 2 : 1,
                                     .same = options.same_padding,
                                     .groups = middle,
                                     .bias = false});
  if (options.squeeze_early) squeeze("se_early");
  norm2_ = norm("norm2", middle);
  if (!options.squeeze_early) squeeze("se");
  conv3_ = convolution("conv3_1x1", {.in = middle, .out = options.out, .bias = options.output_bias});
  drop_path_ = add_child("drop_path", std::make_shared<DropPath>(options.drop_path));
}

at::Tensor MbConv::compute(const at::Tensor& x) const {
  const Activation activation = options_.activation;
  const at::Tensor shortcut = shortcut_ ? shortcut_->forward(x) : x;
  at::Tensor y = options_.pre_activation ? pre_norm_->forward(x, activation) : pre_norm_->forward(x);
  if (down_) y = down_->forward(y);
  y = conv2_->forward(norm1_->forward(conv1_->forward(y), activation));
  y = options_.squeeze_early ? norm2_->forward(se_->forward(y), activation)
                             : se_->forward(norm2_->forward(y, activation));
  return drop_path_->forward(conv3_->forward(y)) + shortcut;
}

}  // namespace jetvit
