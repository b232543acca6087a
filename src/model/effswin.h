#pragma once

#include <memory>
#include <vector>

#include "base/options.h"
#include "model/model.h"

namespace jetvit {

struct EffSwinOptions {
  int channels = 3;
  int outputs = 1;
  int image_size = 224;
  int split = 2;
  int stem_stride = 4;
  int stem_width = 40;
  std::vector<int> front_dim = {24, 32, 48, 96, 136};
  std::vector<int> front_depths = {2, 3, 3, 5, 5};
  std::vector<int> front_kernels = {3, 3, 5, 3, 5};
  std::vector<int> front_strides = {1, 2, 2, 2, 1};
  double front_expand_ratio = 6;
  double front_drop_path = 0;
  int window = 7;
  int embed_dim = 96;
  std::vector<int> depths = {2, 2, 6, 2};
  std::vector<int> heads = {3, 6, 12, 24};
  double mlp_ratio = 4;
  double dropout = 0;
  double drop_path = 0.1;
};

template <class Visitor>
void visit_fields(Visitor& visit, EffSwinOptions& options) {
  visit("channels", options.channels, "planes of the input image", Range{1, 4096});
  visit("outputs", options.outputs, "logits", Range{1, 65536});
  visit("image_size", options.image_size, "side of the image in pixels", Range{1, 4096});
  visit("split", options.split, "Swin stages that the EfficientNet front end replaces", Range{1, 3});
  visit("stem_stride", options.stem_stride, "stride of the first convolution", Range{1, 4});
  visit("stem_width", options.stem_width, "channels of the first convolution", Range{4, 1024});
  visit("front_dim", options.front_dim, "channels of each EfficientNet stage", Range{4, 4096});
  visit("front_depths", options.front_depths, "blocks of each EfficientNet stage", Range{1, 99});
  visit("front_kernels", options.front_kernels, "side of each EfficientNet stage's depthwise convolutions",
        Range{1, 15});
  visit("front_strides", options.front_strides, "stride of each EfficientNet stage", Range{1, 2});
  visit("front_expand_ratio", options.front_expand_ratio,
        "width of depthwise convolutions, relative to the input of their block; 1 in the first EfficientNet stage",
        Range{1, 16});
  visit("front_drop_path", options.front_drop_path,
        "stochastic depth of the EfficientNet stages in use, increasing toward this rate", Range{0, 0.95});
  visit("window", options.window, "side of a window in tokens (8 suits 128 px)", Range{1, 64});
  visit("embed_dim", options.embed_dim, "channels of the first Swin stage, doubled in each further stage",
        Range{1, 1024});
  visit("depths", options.depths, "blocks of each Swin stage", Range{1, 99});
  visit("heads", options.heads, "attention heads of each Swin stage", Range{1, 256});
  visit("mlp_ratio", options.mlp_ratio, "width of the hidden layer of an MLP, relative to its Swin block",
        Range{1, 16});
  visit("dropout", options.dropout, "dropout after attention, in the MLP and before the head", Range{0, 0.95});
  visit("drop_path", options.drop_path, "stochastic depth of the last block; rates increase over all Swin stages",
        Range{0, 0.95});
}

// Hybrid EffSwin (GSoC 2022, ML4SCI; dc250601/GSOC). The patch embedding and the first `split` stages of a Swin
// transformer are replaced by the stem and the stages of an EfficientNet, up to the stage with the `split`-th halving
// of the image, followed by a 1x1 convolution with batch norm and SiLU that adapts the number of channels. Built from
// timm's efficientnet_b3 and swin_tiny. Their tensors have these names here:
//   conv_stem, bn1, blocks.*        patch_embed.feature_extractor.*
//   (1x1 convolution, in neither)   patch_embed.embed_matcher.0 and .1
//   layers.<split>.* and later      the same, without layers.<split>.downsample
//   norm, head.fc                   the same
// Accepts images of any size. Throws UsageError for inconsistent options.
std::unique_ptr<Model> make_effswin(const EffSwinOptions& options);

// A small model for two CPU cores, for images of 32 to 64 pixels.
EffSwinOptions effswin_nano_options();

}  // namespace jetvit
