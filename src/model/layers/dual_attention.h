#pragma once

#include <ATen/TensorOperators.h>

#include "model/layers/conv.h"
#include "model/layers/drop_path.h"
#include "model/layers/linear.h"
#include "model/layers/mlp.h"
#include "model/layers/norm.h"
#include "model/layers/window_attention.h"

namespace jetvit {

// Attention among channels (Ding et al., arXiv:2204.03645): in each group, the channels are the tokens and the pixels
// are their features. (N, H, W, width) to the same shape.
class ChannelAttention : public Layer {
 public:
  ChannelAttention(int width, int groups);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  std::int64_t groups_;
  std::shared_ptr<Linear> qkv_, proj_;
};

struct DualAttentionOptions {
  int width = 1;
  int heads = 1;  // also the number of groups of channels
  int side = 1;   // of the image of tokens
  int window = 7;
  double mlp_ratio = 4;
  double drop_path = 0;
};

// A block of DaViT: depthwise convolutions as position encoding, attention and an MLP, each with a residual connection.
// (N, width, H, W) to the same shape.
template <class Attention>
class DualAttentionBlock : public Layer {
 public:
  DualAttentionBlock(const DualAttentionOptions& options, std::shared_ptr<Attention> attention) {
    constexpr double kEpsilon = 1e-5;
    const auto positions = [&] {
      return std::make_shared<Conv2d>(
          ConvOptions{.in = options.width, .out = options.width, .kernel = 3, .groups = options.width});
    };
    positions1_ = add_child("cpe1.proj", positions());
    norm1_ = add_child("norm1", std::make_shared<LayerNorm>(options.width, kEpsilon));
    attention_ = add_child("attn", std::move(attention));
    positions2_ = add_child("cpe2.proj", positions());
    norm2_ = add_child("norm2", std::make_shared<LayerNorm>(options.width, kEpsilon));
    mlp_ = add_child("mlp", std::make_shared<Mlp>(options.width, options.mlp_ratio, 0));
    drop_path_ = add_child("drop_path", std::make_shared<DropPath>(options.drop_path));
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    // Attention and MLP use (N, H, W, width), which needs no copies in channels-last memory format.
    at::Tensor y = (x + positions1_->forward(x)).permute({0, 2, 3, 1});
    y = (y + drop_path_->forward(attention_->forward(norm1_->forward(y)))).permute({0, 3, 1, 2});
    y = (y + positions2_->forward(y)).permute({0, 2, 3, 1});
    return (y + drop_path_->forward(mlp_->forward(norm2_->forward(y)))).permute({0, 3, 1, 2});
  }

  std::shared_ptr<Conv2d> positions1_, positions2_;
  std::shared_ptr<LayerNorm> norm1_, norm2_;
  std::shared_ptr<Attention> attention_;
  std::shared_ptr<Mlp> mlp_;
  std::shared_ptr<DropPath> drop_path_;
};

// A pair of blocks: attention in windows ("0"), then among channels ("1"). (N, width, H, W) to the same shape.
class DualAttention : public Layer {
 public:
  explicit DualAttention(const DualAttentionOptions& options);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  std::shared_ptr<DualAttentionBlock<WindowAttention>> windows_;
  std::shared_ptr<DualAttentionBlock<ChannelAttention>> channels_;
};

}  // namespace jetvit
