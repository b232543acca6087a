#include "model/layers/mbconv.h"

#include <ATen/TensorOperators.h>

namespace jetvit {

MbConv::MbConv(const MbConvOptions& options) {
  constexpr auto kInit = ConvOptions::Init::kNormalFanOut;
  const int middle = options.in * options.expand_ratio;
  const auto convolution = [&](const char* name, ConvOptions conv) {
    conv.bias = false;
    conv.init = kInit;
    return add_child(name, std::make_shared<Conv2d>(conv));
  };
  if (options.stride == 2) {
    shortcut_ = add_child("shortcut", std::make_shared<Downsample>(options.in, options.out, false, kInit));
    down_ = std::make_shared<Downsample>(options.in, options.in, false, kInit);
  }
  pre_norm_ = add_child("pre_norm", std::make_shared<BatchNorm2d>(options.in));
  conv1_ = convolution("conv1_1x1", {.in = options.in, .out = middle});
  norm1_ = add_child("norm1", std::make_shared<BatchNorm2d>(middle));
  conv2_ = convolution("conv2_kxk", {.in = middle, .out = middle, .kernel = 3, .groups = middle});
  se_ = add_child("se_early", std::make_shared<SqueezeExcite>(
                                  SqueezeExciteOptions{.channels = middle, .reduced = middle / 4, .init = kInit}));
  norm2_ = add_child("norm2", std::make_shared<BatchNorm2d>(middle));
  conv3_ = convolution("conv3_1x1", {.in = middle, .out = options.out});
  drop_path_ = add_child("drop_path", std::make_shared<DropPath>(options.drop_path));
}

at::Tensor MbConv::forward(const at::Tensor& x) const {
  const at::Tensor shortcut = shortcut_ ? shortcut_->forward(x) : x;
  at::Tensor y = pre_norm_->forward_silu(x);
  if (down_) y = down_->forward(y);
  y = norm1_->forward_silu(conv1_->forward(y));
  y = norm2_->forward_silu(se_->forward(conv2_->forward(y)));
  return drop_path_->forward(conv3_->forward(y)) + shortcut;
}

}  // namespace jetvit
