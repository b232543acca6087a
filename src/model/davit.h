#pragma once

#include <memory>
#include <vector>

#include "base/options.h"
#include "model/model.h"

namespace jetvit {

struct DaVitOptions {
  int channels = 3;
  int outputs = 1;
  int image_size = 224;
  int window = 7;
  int stem_stride = 4;
  std::vector<int> embed_dim = {96, 192, 384, 768};
  std::vector<int> depths = {1, 1, 3, 1};
  std::vector<int> heads = {3, 6, 12, 24};
  double mlp_ratio = 4;
  double dropout = 0;
  double drop_path = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, DaVitOptions& options) {
  visit("channels", options.channels, "planes of the input image", Range{1, 4096});
  visit("outputs", options.outputs, "logits", Range{1, 65536});
  visit("image_size", options.image_size, "side of the image in pixels", Range{1, 4096});
  visit("window", options.window, "side of a window in tokens (4 or 8 suit 128 px)", Range{1, 64});
  visit("stem_stride", options.stem_stride, "stride of the first convolution, 7 x 7", Range{1, 4});
  visit("embed_dim", options.embed_dim, "channels of each stage", Range{1, 8192});
  visit("depths", options.depths, "pairs of blocks (windows, then channels) of each stage", Range{1, 99});
  visit("heads", options.heads, "attention heads, and groups of channels, of each stage", Range{1, 256});
  visit("mlp_ratio", options.mlp_ratio, "width of the hidden layer of an MLP, relative to its block", Range{1, 16});
  visit("dropout", options.dropout, "dropout before the last layer", Range{0, 0.95});
  visit("drop_path", options.drop_path, "stochastic depth of the last pair", Range{0, 0.95});
}

// Dual attention vision transformer (Ding et al., arXiv:2204.03645), with the parameter names and results of timm's
// davit_tiny. Accepts images of any size: sides that are not divisible by the strides and windows are padded with
// zeros. Throws UsageError for inconsistent options.
std::unique_ptr<Model> make_davit(const DaVitOptions& options);

// A small model for two CPU cores: three stages, for images of 32 to 64 pixels.
DaVitOptions davit_nano_options();

}  // namespace jetvit
