#include "model/layers/attention_block.h"

#include <cmath>

#include <ATen/TensorOperators.h>

#include "compute/bf16_matmul.h"
#include "model/layers/block_width.h"
#include "ops/window_attention.h"

namespace jetvit {

// The channels of qkv are ordered (heads, 3, head_dim).
class AttentionBlock::Attention : public Layer {
 public:
  explicit Attention(const AttentionBlockOptions& options)
      : heads_((options.expand_first ? options.out : options.in) / options.head_dim),
        head_dim_(options.head_dim),
        dropout_(options.dropout) {
    constexpr auto kInit = ConvOptions::Init::kXavier;
    const int width = options.expand_first ? options.out : options.in;
    qkv_ = add_child("qkv", std::make_shared<Conv2d>(ConvOptions{.in = options.in, .out = 3 * width, .init = kInit}));
    bias_ = add_child("rel_pos", std::make_shared<RelativeBias>(options.side, heads_));
    proj_ = add_child("proj", std::make_shared<Conv2d>(ConvOptions{.in = width, .out = options.out, .init = kInit}));
  }

 private:
  // Channels are last throughout, so that the 1x1 convolutions are matrix multiplications without copies.
  at::Tensor compute(const at::Tensor& x) const override {
    if (qkv_->is_packed() && x.size(2) == x.size(3)) return predicted(x);
    const std::int64_t n = x.size(0);
    const std::int64_t height = x.size(2);
    const std::int64_t width = x.size(3);
    // Three of (N, heads, tokens, head_dim)
    const auto qkv = qkv_->forward(x)
                         .permute({0, 2, 3, 1})
                         .reshape({n, height * width, heads_, 3, head_dim_})
                         .permute({3, 0, 2, 1, 4})
                         .unbind(0);
    const at::Tensor q = qkv[0] * (1 / std::sqrt(static_cast<double>(head_dim_)));
    // (N, heads, query, key). Batched matrix multiplications are faster than the fused kernel for so few tokens.
    const at::Tensor weights = (rounded_matmul(q, qkv[1].transpose(2, 3)) + bias_->forward()).softmax(-1);
    const at::Tensor mixed = rounded_matmul(weights, qkv[2]).transpose(1, 2);
    const at::Tensor image = mixed.reshape({n, height, width, heads_ * head_dim_}).permute({0, 3, 1, 2});
    return jetvit::dropout(proj_->forward(image), dropout_, training());
  }

  // A single window. Without gradients, the operator is the faster: the scores never leave the cache.
  at::Tensor predicted(const at::Tensor& x) const {
    const WindowGrid grid = {.side = x.size(2), .window = x.size(2)};
    const at::Tensor mixed = window_attention(qkv_->forward(x).permute({0, 2, 3, 1}), at::Tensor(),
                                              bias_->forward().squeeze(0), {.count = heads_, .outermost = true}, grid);
    return proj_->forward(mixed.permute({0, 3, 1, 2}));
  }

  std::int64_t heads_, head_dim_;
  double dropout_;
  std::shared_ptr<Conv2d> qkv_, proj_;
  std::shared_ptr<RelativeBias> bias_;
};

class AttentionBlock::Mlp : public Layer {
 public:
  explicit Mlp(const AttentionBlockOptions& options) : dropout_(options.dropout) {
    constexpr auto kInit = ConvOptions::Init::kXavierMlp;
    const int width = options.out;
    const int hidden = mlp_width(width, options.mlp_ratio);
    fc1_ = add_child("fc1", std::make_shared<Conv2d>(ConvOptions{.in = width, .out = hidden, .init = kInit}));
    fc2_ = add_child("fc2", std::make_shared<Conv2d>(ConvOptions{.in = hidden, .out = width, .init = kInit}));
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    return fc2_->forward(jetvit::dropout(fc1_->forward(x, Activation::kGelu), dropout_, training()));
  }

  double dropout_;
  std::shared_ptr<Conv2d> fc1_, fc2_;
};

// Norm and pooling. The norm has the name "norm1.norm", as in the reference.
class AttentionBlock::Norm1 : public Layer {
 public:
  explicit Norm1(int width) : down_(width, width, false, ConvOptions::Init::kXavier) {
    norm_ = add_child("norm", std::make_shared<LayerNorm>(width));
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override { return down_.forward(norm_->forward_channels(x)); }

  std::shared_ptr<LayerNorm> norm_;
  Downsample down_;
};

AttentionBlock::AttentionBlock(const AttentionBlockOptions& options) {
  if (options.stride == 2) {
    shortcut_ = add_child("shortcut", std::make_shared<Downsample>(options.in, options.out, options.shortcut_bias,
                                                                   ConvOptions::Init::kXavier));
    pooled_norm_ = add_child("norm1", std::make_shared<Norm1>(options.in));
  } else {
    norm1_ = add_child("norm1", std::make_shared<LayerNorm>(options.in));
  }
  attention_ = add_child("attn", std::make_shared<Attention>(options));
  norm2_ = add_child("norm2", std::make_shared<LayerNorm>(options.out));
  mlp_ = add_child("mlp", std::make_shared<Mlp>(options));
  drop_path_ = add_child("drop_path", std::make_shared<DropPath>(options.drop_path));
}

at::Tensor AttentionBlock::compute(const at::Tensor& x) const {
  const at::Tensor shortcut = shortcut_ ? shortcut_->forward(x) : x;
  const at::Tensor normed = pooled_norm_ ? pooled_norm_->forward(x) : norm1_->forward_channels(x);
  const at::Tensor y = shortcut + drop_path_->forward(attention_->forward(normed));
  return y + drop_path_->forward(mlp_->forward(norm2_->forward_channels(y)));
}

}  // namespace jetvit
