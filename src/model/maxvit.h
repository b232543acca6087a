#pragma once

#include <memory>
#include <vector>

#include "base/options.h"
#include "model/model.h"

namespace jetvit {

struct MaxVitOptions {
  // kTf: timm's maxvit_*_tf, which follows the code of the authors: GELU with the tanh approximation, TensorFlow's
  // padding, expansion relative to the output channels, a hidden layer in the head. kRw: timm's maxvit_*_rw: SiLU,
  // expansion relative to the input channels.
  enum class Variant { kTf, kRw };
  Variant variant = Variant::kTf;  // follows from the model name

  int channels = 3;
  int outputs = 1;
  int image_size = 224;
  int stem_stride = 2;
  std::vector<int> stem_width = {64, 64};
  std::vector<int> embed_dim = {64, 128, 256, 512};
  std::vector<int> depths = {2, 2, 5, 2};
  int head_dim = 32;
  double expand_ratio = 4;
  double mlp_ratio = 4;
  int window = 0;
  double dropout = 0;
  double drop_path = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, MaxVitOptions& options) {
  visit("channels", options.channels, "planes of the input image", Range{1, 4096});
  visit("outputs", options.outputs, "logits", Range{1, 65536});
  visit("image_size", options.image_size, "side of the image in pixels", Range{1, 4096});
  visit("stem_stride", options.stem_stride, "stride of the first convolution", Range{1, 2});
  visit("stem_width", options.stem_width, "channels of the two stem convolutions", Range{1, 4096});
  visit("embed_dim", options.embed_dim, "channels of each stage", Range{1, 8192});
  visit("depths", options.depths, "blocks of each stage", Range{1, 99});
  visit("head_dim", options.head_dim, "channels of an attention head", Range{1, 1024});
  visit("window", options.window,
        "side of attention blocks and grids in tokens; 0: that of the image in the last stage (image_size / 32)",
        Range{0, 1024});
  visit("expand_ratio", options.expand_ratio,
        "width of depthwise convolutions, relative to the output of their block (maxvit_tiny_rw: input)", Range{1, 16});
  visit("mlp_ratio", options.mlp_ratio, "width of the hidden layer of an MLP, relative to its block", Range{1, 16});
  visit("dropout", options.dropout, "dropout in attention blocks and before the last layer", Range{0, 0.95});
  visit("drop_path", options.drop_path, "stochastic depth of the last block", Range{0, 0.95});
}

// MaxViT (Tu et al., arXiv:2204.01697), with the parameter names and results of timm's maxvit_tiny_tf_224 or, in the
// other variant, maxvit_tiny_rw_224. Throws UsageError for inconsistent options; for image_size with the nearest valid
// sizes.
std::unique_ptr<Model> make_maxvit(const MaxVitOptions& options);

// timm's maxvit_tiny_rw_224.
MaxVitOptions maxvit_rw_options();

// A small model for two CPU cores: three stages, for images of 32 to 64 pixels.
MaxVitOptions maxvit_nano_options();

}  // namespace jetvit
