#pragma once

#include <memory>

#include "base/options.h"
#include "model/model.h"

namespace jetvit {

struct VitOptions {
  int channels = 3;
  int outputs = 1;
  int image_size = 224;
  int patch_size = 16;
  int embed_dim = 192;
  int depth = 12;
  int heads = 3;
  double mlp_ratio = 4;
  double dropout = 0;
  double drop_path = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, VitOptions& options) {
  visit("channels", options.channels, "planes of the input image", Range{1, 4096});
  visit("outputs", options.outputs, "logits", Range{1, 65536});
  visit("image_size", options.image_size, "side of the image in pixels", Range{1, 4096});
  visit("patch_size", options.patch_size, "side of a patch in pixels (8 suits 128 px)", Range{1, 1024});
  visit("embed_dim", options.embed_dim, "channels of a token", Range{1, 8192});
  visit("depth", options.depth, "blocks", Range{1, 99});
  visit("heads", options.heads, "attention heads", Range{1, 256});
  visit("mlp_ratio", options.mlp_ratio, "width of the hidden layer of an MLP, relative to its block", Range{1, 16});
  visit("dropout", options.dropout, "dropout after the position embedding, after attention and in the MLP",
        Range{0, 0.95});
  visit("drop_path", options.drop_path, "stochastic depth of the last block", Range{0, 0.95});
}

// Vision transformer with a class token (Dosovitskiy et al., arXiv:2010.11929), with the parameter names and results of
// timm's vit_*_patch*_224. Throws UsageError if patches do not tile the image or embed_dim is not divisible by heads.
std::unique_ptr<Model> make_vit(const VitOptions& options);

// timm's vit_small_patch16_224.
VitOptions vit_small_options();

// A small model for two CPU cores, for images of 48 pixels.
VitOptions vit_nano_options();

}  // namespace jetvit
