#include "model/vit.h"

#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include "base/text.h"
#include "compute/bf16_matmul.h"
#include "model/layers/conv.h"
#include "model/layers/drop_path.h"
#include "model/layers/init.h"
#include "model/layers/linear.h"
#include "model/layers/mlp.h"
#include "model/layers/norm.h"
#include "model/layers/option_checks.h"

namespace jetvit {
namespace {

std::shared_ptr<Linear> truncated_linear(int in, int out) {
  return std::make_shared<Linear>(in, out, Linear::Init::kTruncatedNormal);
}

class VitPatchEmbed : public Layer {
 public:
  explicit VitPatchEmbed(const VitOptions& options) {
    proj_ = add_child("proj", std::make_shared<Conv2d>(ConvOptions{.in = options.channels,
                                                                   .out = options.embed_dim,
                                                                   .kernel = options.patch_size,
                                                                   .stride = options.patch_size,
                                                                   .padding = 0}));
  }

 private:
  // (N, C, H, W) to (N, patches, embed_dim)
  at::Tensor compute(const at::Tensor& x) const override { return proj_->forward(x).flatten(2).transpose(1, 2); }

  std::shared_ptr<Conv2d> proj_;
};

class SelfAttention : public Layer {
 public:
  SelfAttention(int width, int heads, double dropout) : width_(width), heads_(heads), dropout_(dropout) {
    qkv_ = add_child("qkv", truncated_linear(width, 3 * width));
    proj_ = add_child("proj", truncated_linear(width, width));
  }

  // The output of forward() for the first token: (N, 1, width).
  at::Tensor forward_first(const at::Tensor& x) const {
    return watched([&] {
      const at::Tensor query = split_heads(qkv_->forward_part(x.narrow(1, 0, 1), 0, width_), 1);
      const auto keys_values = split_heads(qkv_->forward_part(x, width_, 2 * width_), 2).unbind(0);
      return attend(query.select(0, 0), keys_values[0], keys_values[1]);
    });
  }

 private:
  // (N, tokens, width) to the same.
  at::Tensor compute(const at::Tensor& x) const override {
    const auto qkv = split_heads(qkv_->forward(x), 3).unbind(0);
    return attend(qkv[0], qkv[1], qkv[2]);
  }

  // (N, tokens, parts * width) to (parts, N, heads, tokens, head_dim)
  at::Tensor split_heads(const at::Tensor& x, std::int64_t parts) const {
    return x.reshape({x.size(0), x.size(1), parts, heads_, width_ / heads_}).permute({2, 0, 3, 1, 4});
  }

  // (N, heads, tokens, head_dim) each to (N, tokens of q, width).
  at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const {
    const at::Tensor mixed = mix(q, k, v).transpose(1, 2).reshape({q.size(0), q.size(2), width_});
    return jetvit::dropout(proj_->forward(mixed), dropout_, training());
  }

  // For prediction in float32 the fused kernel is faster, by a tenth with 65 tokens and by a factor of three with 785.
  // With a backward pass, and in bfloat16, batched matrix multiplications are faster.
  at::Tensor mix(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const {
    const bool predicts = !training() && !at::GradMode::is_enabled();
    const bool fused = predicts && q.scalar_type() == at::kFloat && !q.is_meta();
    if (fused) return rounded(at::scaled_dot_product_attention(q, k, v));
    const double scale = 1 / std::sqrt(static_cast<double>(q.size(3)));
    return rounded_matmul(rounded_matmul(q * scale, k.transpose(2, 3)).softmax(-1), v);
  }

  std::int64_t width_, heads_;
  double dropout_;
  std::shared_ptr<Linear> qkv_, proj_;
};

class VitBlock : public Layer {
 public:
  VitBlock(const VitOptions& options, double drop_path) {
    norm1_ = add_child("norm1", std::make_shared<LayerNorm>(options.embed_dim));
    attention_ = add_child("attn", std::make_shared<SelfAttention>(options.embed_dim, options.heads, options.dropout));
    norm2_ = add_child("norm2", std::make_shared<LayerNorm>(options.embed_dim));
    mlp_ = add_child("mlp", std::make_shared<Mlp>(options.embed_dim, options.mlp_ratio, options.dropout));
    drop_path_ = add_child("drop_path", std::make_shared<DropPath>(drop_path));
  }

  // The output of forward() for the first token: (N, 1, width).
  at::Tensor forward_first(const at::Tensor& x) const {
    return watched([&] { return rest(x.narrow(1, 0, 1), attention_->forward_first(norm1_->forward(x))); });
  }

 private:
  // (N, tokens, width) to the same.
  at::Tensor compute(const at::Tensor& x) const override { return rest(x, attention_->forward(norm1_->forward(x))); }

  at::Tensor rest(const at::Tensor& x, const at::Tensor& attended) const {
    const at::Tensor y = x + drop_path_->forward(attended);
    return y + drop_path_->forward(mlp_->forward(norm2_->forward(y)));
  }

  std::shared_ptr<LayerNorm> norm1_, norm2_;
  std::shared_ptr<SelfAttention> attention_;
  std::shared_ptr<Mlp> mlp_;
  std::shared_ptr<DropPath> drop_path_;
};

void check(const VitOptions& options) {
  check_multiple("vit", "image_size", options.image_size, options.patch_size, option_range(options, "image_size"),
                 text("patch_size = ", options.patch_size));
  check_divides("vit", "heads", options.heads, option_range(options, "heads"), {{"a token", options.embed_dim}});
}

class Vit : public Model {
 public:
  explicit Vit(const VitOptions& options) : options_(options) {
    check(options);
    const int side = options.image_size / options.patch_size;
    cls_token_ = add_parameter("cls_token", init::normal({1, 1, options.embed_dim}, 1e-6));
    pos_embed_ = add_parameter("pos_embed", init::truncated_normal({1, side * side + 1, options.embed_dim}, 0.02));
    patch_embed_ = add_child("patch_embed", std::make_shared<VitPatchEmbed>(options));
    const std::vector<double> rates = drop_path_rates(options.drop_path, options.depth);
    for (int index = 0; index < options.depth; ++index) {
      blocks_.push_back(add_child(text("blocks.", index),
                                  std::make_shared<VitBlock>(options, rates[static_cast<std::size_t>(index)])));
    }
    norm_ = add_child("norm", std::make_shared<LayerNorm>(options.embed_dim));
    head_ = add_child("head", truncated_linear(options.embed_dim, options.outputs));
  }

  at::Tensor forward(const at::Tensor& x) override {
    const at::Tensor patches = patch_embed_->forward(x);
    const at::Tensor token = cls_token_.to(patches.scalar_type()).expand({x.size(0), 1, -1});
    at::Tensor y = at::cat({token, patches}, 1) + pos_embed_;
    y = jetvit::dropout(y, options_.dropout, training());
    for (std::size_t index = 0; index + 1 < blocks_.size(); ++index) y = blocks_[index]->forward(y);
    // The head uses only the class token, so the last block computes only this token.
    return head_->forward(norm_->forward(blocks_.back()->forward_first(y)).select(1, 0));
  }

  int channels() const override { return options_.channels; }
  int outputs() const override { return options_.outputs; }
  int image_size() const override { return options_.image_size; }

 private:
  VitOptions options_;
  at::Tensor cls_token_, pos_embed_;
  std::shared_ptr<VitPatchEmbed> patch_embed_;
  std::vector<std::shared_ptr<VitBlock>> blocks_;
  std::shared_ptr<LayerNorm> norm_;
  std::shared_ptr<Linear> head_;
};

}  // namespace

std::unique_ptr<Model> make_vit(const VitOptions& options) {
  return std::make_unique<Vit>(options);
}

VitOptions vit_small_options() {
  return {.embed_dim = 384, .heads = 6};
}

VitOptions vit_nano_options() {
  return {.image_size = 48, .patch_size = 6, .embed_dim = 64, .depth = 4, .heads = 4};
}

}  // namespace jetvit
