#pragma once

#include <memory>
#include <vector>

#include "base/options.h"
#include "model/model.h"

namespace jetvit {

struct EfficientNetOptions {
  int channels = 3;
  int outputs = 1;
  int image_size = 224;
  int stem_stride = 2;
  int stem_width = 32;
  std::vector<int> embed_dim = {16, 24, 40, 80, 112, 192, 320};
  std::vector<int> depths = {1, 2, 2, 3, 3, 4, 1};
  std::vector<int> kernels = {3, 3, 5, 3, 5, 5, 3};
  std::vector<int> strides = {1, 2, 2, 2, 1, 2, 1};
  double expand_ratio = 6;
  int head_width = 1280;
  double dropout = 0;
  double drop_path = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, EfficientNetOptions& options) {
  visit("channels", options.channels, "planes of the input image", Range{1, 4096});
  visit("outputs", options.outputs, "logits", Range{1, 65536});
  visit("image_size", options.image_size, "side of the image in pixels", Range{1, 4096});
  visit("stem_stride", options.stem_stride, "stride of the first convolution", Range{1, 4});
  visit("stem_width", options.stem_width, "channels of the first convolution", Range{4, 1024});
  visit("embed_dim", options.embed_dim, "channels of each stage", Range{4, 4096});
  visit("depths", options.depths, "blocks of each stage", Range{1, 99});
  visit("kernels", options.kernels, "side of each stage's depthwise convolutions", Range{1, 15});
  visit("strides", options.strides, "stride of each stage", Range{1, 2});
  visit("expand_ratio", options.expand_ratio,
        "width of depthwise convolutions, relative to the input of their block; 1 in the first stage", Range{1, 16});
  visit("head_width", options.head_width, "channels of the last convolution", Range{1, 16384});
  visit("dropout", options.dropout, "dropout before the last layer", Range{0, 0.95});
  visit("drop_path", options.drop_path, "stochastic depth, increasing toward this rate", Range{0, 0.95});
}

// EfficientNet-B0 (Tan and Le, arXiv:1905.11946), with the parameter names and results of timm's efficientnet_b0.
// Accepts images of any size. Throws UsageError for inconsistent options.
std::unique_ptr<Model> make_efficientnet(const EfficientNetOptions& options);

// timm's efficientnet_b3, scaled by the rule of the paper: 1.2 times as wide and 1.4 times as deep.
EfficientNetOptions efficientnet_b3_options();

// A small model for two CPU cores, for images of 32 to 64 pixels.
EfficientNetOptions efficientnet_nano_options();

}  // namespace jetvit
