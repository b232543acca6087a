#include "model/layers/swin_stage.h"

#include <algorithm>

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>

#include "base/text.h"
#include "model/layers/drop_path.h"
#include "model/layers/mlp.h"
#include "model/layers/window_attention.h"

namespace jetvit {
namespace {

constexpr double kEpsilon = 1e-5;  // of all norms

std::shared_ptr<LayerNorm> layer_norm(int width) {
  return std::make_shared<LayerNorm>(width, kEpsilon);
}

}  // namespace

// Merges 2 x 2 tokens to one: (N, H, W, in) to (N, H / 2, W / 2, out). Odd sides are padded with zeros.
class SwinStage::PatchMerging : public Layer {
 public:
  PatchMerging(int in, int out) {
    norm_ = add_child("norm", layer_norm(4 * in));
    reduction_ = add_child("reduction", std::make_shared<Linear>(4 * in, out, Linear::Init::kTruncatedNormal, false));
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    const std::int64_t odd = x.size(1) % 2;
    const at::Tensor even = odd > 0 ? at::constant_pad_nd(x, {0, 0, 0, odd, 0, odd}) : x;
    const std::int64_t half = even.size(1) / 2;
    // (N, H / 2, W / 2, column, row, in)
    const at::Tensor neighbors = even.reshape({-1, half, 2, half, 2, x.size(3)}).permute({0, 1, 3, 4, 2, 5});
    return reduction_->forward(norm_->forward(neighbors.flatten(3)));
  }

  std::shared_ptr<LayerNorm> norm_;
  std::shared_ptr<Linear> reduction_;
};

class SwinStage::Block : public Layer {
 public:
  Block(const WindowAttentionOptions& options, double mlp_ratio, double drop_path) {
    norm1_ = add_child("norm1", layer_norm(options.width));
    attention_ = add_child("attn", std::make_shared<WindowAttention>(options));
    norm2_ = add_child("norm2", layer_norm(options.width));
    mlp_ = add_child("mlp", std::make_shared<Mlp>(options.width, mlp_ratio, options.dropout));
    drop_path_ = add_child("drop_path", std::make_shared<DropPath>(drop_path));
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    const at::Tensor y = x + drop_path_->forward(attention_->forward(norm1_->forward(x)));
    return y + drop_path_->forward(mlp_->forward(norm2_->forward(y)));
  }

  std::shared_ptr<LayerNorm> norm1_, norm2_;
  std::shared_ptr<WindowAttention> attention_;
  std::shared_ptr<Mlp> mlp_;
  std::shared_ptr<DropPath> drop_path_;
};

SwinStage::SwinStage(const SwinStageOptions& options) : side_(options.merge ? (options.side + 1) / 2 : options.side) {
  if (options.merge) downsample_ = add_child("downsample", std::make_shared<PatchMerging>(options.in, options.out));
  // If one window covers the image, shifting has no effect.
  const int window = std::min(options.window, side_);
  const int shift = side_ > window ? options.window / 2 : 0;
  for (int index = 0; index < options.depth; ++index) {
    const WindowAttentionOptions attention = {
        .width = options.out,
        .heads = options.heads,
        .grid = {.side = side_, .window = window, .shift = index % 2 == 0 ? 0 : shift},
        .dropout = options.dropout};
    const double drop_path = options.drop_path.at(static_cast<std::size_t>(index));
    blocks_.push_back(
        add_child(text("blocks.", index), std::make_shared<Block>(attention, options.mlp_ratio, drop_path)));
  }
}

at::Tensor SwinStage::compute(const at::Tensor& x) const {
  at::Tensor y = downsample_ ? downsample_->forward(x) : x;
  for (const auto& block : blocks_) y = block->forward(y);
  return y;
}

SwinHead::SwinHead(int width, int outputs, double dropout) : dropout_(dropout) {
  norm_ = add_child("norm", layer_norm(width));
  fc_ = add_child("head.fc", std::make_shared<Linear>(width, outputs, Linear::Init::kTruncatedNormal));
}

at::Tensor SwinHead::compute(const at::Tensor& x) const {
  return fc_->forward(jetvit::dropout(norm_->forward(x).mean({1, 2}), dropout_, training()));
}

}  // namespace jetvit
