#pragma once

#include <memory>
#include <vector>

#include "base/options.h"
#include "model/model.h"

namespace jetvit {

struct SwinOptions {
  int channels = 3;
  int outputs = 1;
  int image_size = 224;
  int patch_size = 4;
  int window = 7;
  int embed_dim = 96;
  std::vector<int> depths = {2, 2, 6, 2};
  std::vector<int> heads = {3, 6, 12, 24};
  double mlp_ratio = 4;
  double dropout = 0;
  double drop_path = 0.1;
};

template <class Visitor>
void visit_fields(Visitor& visit, SwinOptions& options) {
  visit("channels", options.channels, "planes of the input image", Range{1, 4096});
  visit("outputs", options.outputs, "logits", Range{1, 65536});
  visit("image_size", options.image_size, "side of the image in pixels", Range{1, 4096});
  visit("patch_size", options.patch_size, "side of a patch in pixels", Range{1, 1024});
  visit("window", options.window, "side of a window in tokens (8 suits 128 px)", Range{1, 64});
  visit("embed_dim", options.embed_dim, "channels of the first stage, doubled in each further stage", Range{1, 1024});
  visit("depths", options.depths, "blocks of each stage", Range{1, 99});
  visit("heads", options.heads, "attention heads of each stage", Range{1, 256});
  visit("mlp_ratio", options.mlp_ratio, "width of the hidden layer of an MLP, relative to its block", Range{1, 16});
  visit("dropout", options.dropout, "dropout after attention, in the MLP and before the head", Range{0, 0.95});
  visit("drop_path", options.drop_path, "stochastic depth of the last block", Range{0, 0.95});
}

// Swin transformer (Liu et al., arXiv:2103.14030), with the parameter names and results of timm's
// swin_tiny_patch4_window7_224. Accepts images of at least one patch. Pixels beyond the last complete patch are
// ignored. If windows do not tile the image of tokens, it is padded with zeros; a window is never larger than this
// image. Throws UsageError for inconsistent options.
std::unique_ptr<Model> make_swin(const SwinOptions& options);

// A small model for two CPU cores: three stages, for images of 32 to 64 pixels.
SwinOptions swin_nano_options();

}  // namespace jetvit
