#pragma once

#include <vector>

#include "model/layers/conv_norm.h"

namespace jetvit {

struct ConvStemOptions {
  int channels = 3;
  std::vector<int> width = {32, 64};  // of the two convolutions
  int stride = 2;                     // of the first
  bool bias = false;
  bool same_padding = false;  // TensorFlow's
  Activation activation = Activation::kSilu;
  double epsilon = 1e-5;  // of the norm
};

// 3x3 convolution, batch norm, activation, 3x3 convolution: the stem of timm's CoAtNet and MaxViT models. (N, channels,
// H, W) to (N, width[1], H/s, W/s). Children "conv1", "norm1", "conv2".
class ConvStem : public Layer {
 public:
  explicit ConvStem(const ConvStemOptions& options);

 private:
  at::Tensor compute(const at::Tensor& x) const override { return conv2_->forward(conv1_->forward(x, activation_)); }

  Activation activation_;
  std::shared_ptr<ConvNorm> conv1_;
  std::shared_ptr<Conv2d> conv2_;
};

}  // namespace jetvit
