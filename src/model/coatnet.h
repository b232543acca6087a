#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "model/model.h"

namespace jetvit {

struct CoatNetOptions {
  // kRw: timm's coatnet_*_rw. kPaper: timm's coatnet_*, which follows the paper: GELU, expansion relative to the output
  // channels, strided depthwise convolutions, squeeze-excite after the second norm, biases, a hidden layer in the head.
  enum class Variant { kRw, kPaper };
  Variant variant = Variant::kRw;  // follows from the model name
  int channels = 3;
  int outputs = 1;
  int image_size = 224;
  int stem_stride = 2;
  std::vector<int> stem_width = {32, 64};
  std::vector<int> embed_dim = {96, 192, 384, 768};
  std::vector<int> depths = {2, 3, 7, 2};
  std::string blocks = "CCTT";
  int head_dim = 32;
  double expand_ratio = 4;
  double mlp_ratio = 4;
  double dropout = 0;
  double drop_path = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, CoatNetOptions& options) {
  visit("channels", options.channels, "planes of the input image", Range{1, 4096});
  visit("outputs", options.outputs, "logits", Range{1, 65536});
  visit("image_size", options.image_size, "side of the image in pixels", Range{1, 4096});
  visit("stem_stride", options.stem_stride, "stride of the first convolution", Range{1, 2});
  visit("stem_width", options.stem_width, "channels of the two stem convolutions", Range{1, 4096});
  visit("embed_dim", options.embed_dim, "channels of each stage", Range{1, 8192});
  visit("depths", options.depths, "blocks of each stage", Range{1, 99});
  visit("blocks", options.blocks, "kind of each stage: C (convolution) or T (attention)");
  visit("head_dim", options.head_dim, "channels of an attention head", Range{1, 1024});
  visit("expand_ratio", options.expand_ratio,
        "width of depthwise convolutions, relative to the input of their block (coatnet_0_paper: output)",
        Range{1, 16});
  visit("mlp_ratio", options.mlp_ratio, "width of the hidden layer of an MLP, relative to its block", Range{1, 16});
  visit("dropout", options.dropout, "dropout in attention blocks and before the head", Range{0, 0.95});
  visit("drop_path", options.drop_path, "stochastic depth of the last block", Range{0, 0.95});
}

// CoAtNet (Dai et al., arXiv:2106.04803), with the parameter names and results of timm's coatnet_0_rw_224 or, in the
// variant of the paper, coatnet_0_224. Throws UsageError for inconsistent options; for image_size with the nearest
// valid sizes.
std::unique_ptr<Model> make_coatnet(const CoatNetOptions& options);

// timm's coatnet_0_224.
CoatNetOptions coatnet_paper_options();

// A small model for two CPU cores: two convolution stages and one attention stage, for images of 32 to 64 pixels.
CoatNetOptions coatnet_nano_options();

}  // namespace jetvit
