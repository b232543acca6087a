#include "model/layers/partition_attention.h"

#include <ATen/TensorOperators.h>

#include "model/layers/block_width.h"
#include "ops/window_attention.h"

namespace jetvit {
namespace {

std::shared_ptr<Linear> linear(int in, int out, Linear::Init init = Linear::Init::kXavier) {
  return std::make_shared<Linear>(in, out, init);
}

}  // namespace

// The operator partitions the image; the linear layers use it unchanged.
class PartitionAttention::Attention : public Layer {
 public:
  explicit Attention(const PartitionAttentionOptions& options)
      : options_(options), heads_(options.width / options.head_dim) {
    qkv_ = add_child("qkv", linear(options.width, 3 * options.width));
    bias_ =
        add_child("rel_pos", std::make_shared<RelativeBias>(options.window, static_cast<int>(heads_), options.table));
    proj_ = add_child("proj", linear(options.width, options.width));
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    const WindowGrid grid = {.side = x.size(1),
                             .window = options_.window,
                             .spread = options_.partition == PartitionAttentionOptions::Partition::kGrid};
    const at::Tensor mixed = window_attention(qkv_->forward(x), at::Tensor(), bias_->forward().squeeze(0),
                                              {.count = heads_, .outermost = options_.head_first}, grid);
    return jetvit::dropout(proj_->forward(mixed), options_.dropout, training());
  }

  PartitionAttentionOptions options_;
  std::int64_t heads_;
  std::shared_ptr<Linear> qkv_, proj_;
  std::shared_ptr<RelativeBias> bias_;
};

class PartitionAttention::Mlp : public Layer {
 public:
  explicit Mlp(const PartitionAttentionOptions& options) : dropout_(options.dropout), activation_(options.activation) {
    const int hidden = mlp_width(options.width, options.mlp_ratio);
    fc1_ = add_child("fc1", linear(options.width, hidden, Linear::Init::kXavierMlp));
    fc2_ = add_child("fc2", linear(hidden, options.width, Linear::Init::kXavierMlp));
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    const at::Tensor hidden = fc1_->forward(x, activation_);
    return jetvit::dropout(fc2_->forward(jetvit::dropout(hidden, dropout_, training())), dropout_, training());
  }

  double dropout_;
  Activation activation_;
  std::shared_ptr<Linear> fc1_, fc2_;
};

PartitionAttention::PartitionAttention(const PartitionAttentionOptions& options) {
  norm1_ = add_child("norm1", std::make_shared<LayerNorm>(options.width, options.epsilon));
  attention_ = add_child("attn", std::make_shared<Attention>(options));
  norm2_ = add_child("norm2", std::make_shared<LayerNorm>(options.width, options.epsilon));
  mlp_ = add_child("mlp", std::make_shared<Mlp>(options));
  drop_path_ = add_child("drop_path", std::make_shared<DropPath>(options.drop_path));
}

at::Tensor PartitionAttention::compute(const at::Tensor& x) const {
  const at::Tensor y = x + drop_path_->forward(attention_->forward(norm1_->forward(x)));
  return y + drop_path_->forward(mlp_->forward(norm2_->forward(y)));
}

}  // namespace jetvit
