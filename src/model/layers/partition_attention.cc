#include "model/layers/partition_attention.h"

#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>

#include "ops/fused_activation.h"

namespace jetvit {
namespace {

std::shared_ptr<Linear> linear(int in, int out, Linear::Init init = Linear::Init::kXavier) {
  return std::make_shared<Linear>(in, out, init);
}

}  // namespace

// The linear layers act on single tokens and stay on the whole image: one copy brings queries, keys and values into the
// order of the partition, one copy brings the outcome back.
class PartitionAttention::Attention : public Module {
 public:
  explicit Attention(const PartitionAttentionOptions& options)
      : options_(options), heads_(options.width / options.head_dim) {
    qkv_ = add_child("qkv", linear(options.width, 3 * options.width));
    bias_ =
        add_child("rel_pos", std::make_shared<RelativeBias>(options.window, static_cast<int>(heads_), options.table));
    proj_ = add_child("proj", linear(options.width, options.width));
  }

  at::Tensor forward(const at::Tensor& x) const {
    const std::int64_t n = x.size(0), height = x.size(1), width = x.size(2);
    const std::int64_t window = options_.window, head_dim = options_.head_dim, tokens = window * window;
    const std::int64_t down = height / window, across = width / window;
    const bool block = options_.partition == PartitionAttentionOptions::Partition::kBlock;
    // (N, rows outer, inner, columns outer, inner, head or kind, kind or head, head_dim)
    const at::Tensor qkv = qkv_->forward(x).reshape(
        {n, block ? down : window, block ? window : down, block ? across : window, block ? window : across,
         options_.head_first ? heads_ : 3, options_.head_first ? 3 : heads_, head_dim});
    const std::int64_t rows = block ? 1 : 2, columns = block ? 3 : 4;  // the axes that count partitions
    const std::int64_t kind = options_.head_first ? 6 : 5, head = options_.head_first ? 5 : 6;
    // (3, N, partitions down, across, heads, window, window, head_dim), as matrices of tokens x head_dim
    const at::Tensor parts =
        qkv.permute({kind, 0, rows, columns, head, 3 - rows, 7 - columns, 7}).reshape({3, -1, tokens, head_dim});
    const at::Tensor q = parts.select(0, 0), k = parts.select(0, 1), v = parts.select(0, 2);
    const std::int64_t matrices = q.size(0);
    const at::Tensor bias = bias_->forward().to(q.scalar_type()).expand({matrices / heads_, -1, -1, -1});
    const at::Tensor scores = at::baddbmm(bias.reshape({matrices, tokens, tokens}), q, k.transpose(1, 2), 1,
                                          1 / std::sqrt(static_cast<double>(head_dim)));  // (matrices, query, key)
    const at::Tensor mixed = at::bmm(scores.softmax(-1), v).view({n, down, across, heads_, window, window, head_dim});
    // The image's order again: rows and columns, outer before inner; then heads.
    const at::Tensor image = block ? mixed.permute({0, 1, 4, 2, 5, 3, 6}) : mixed.permute({0, 4, 1, 5, 2, 3, 6});
    return jetvit::dropout(proj_->forward(image.reshape(x.sizes())), options_.dropout, training());
  }

 private:
  PartitionAttentionOptions options_;
  std::int64_t heads_;
  std::shared_ptr<Linear> qkv_, proj_;
  std::shared_ptr<RelativeBias> bias_;
};

class PartitionAttention::Mlp : public Module {
 public:
  explicit Mlp(const PartitionAttentionOptions& options) : dropout_(options.dropout), activation_(options.activation) {
    constexpr int kExpand = 4;
    fc1_ = add_child("fc1", linear(options.width, kExpand * options.width, Linear::Init::kXavierMlp));
    fc2_ = add_child("fc2", linear(kExpand * options.width, options.width, Linear::Init::kXavierMlp));
  }

  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor hidden = fused_activation(fc1_->forward(x), activation_);
    return jetvit::dropout(fc2_->forward(jetvit::dropout(hidden, dropout_, training())), dropout_, training());
  }

 private:
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

at::Tensor PartitionAttention::forward(const at::Tensor& x) const {
  const at::Tensor y = x + drop_path_->forward(attention_->forward(norm1_->forward(x)));
  return y + drop_path_->forward(mlp_->forward(norm2_->forward(y)));
}

}  // namespace jetvit
