#include "model/maxvit.h"

#include "base/text.h"
#include "model/layers/conv_stem.h"
#include "model/layers/mbconv.h"
#include "model/layers/option_checks.h"
#include "model/layers/partition_attention.h"
#include "model/layers/pooled_head.h"
#include "model/layers/stage.h"

namespace jetvit {
namespace {

using MaxVitVariant = MaxVitOptions::Variant;
using Partition = PartitionAttentionOptions::Partition;

// The epsilon of batch norms in the convolutions, and of layer norms.
constexpr double convolution_epsilon(MaxVitVariant variant) {
  return variant == MaxVitVariant::kTf ? 1e-3 : 1e-5;
}
constexpr double attention_epsilon(MaxVitVariant variant) {
  return variant == MaxVitVariant::kTf ? 1e-5 : 1e-6;
}

MbConvOptions convolution_block(MaxVitVariant variant) {
  const bool tf = variant == MaxVitVariant::kTf;
  return {.expand_output = tf,
          .pre_activation = false,
          .output_bias = tf,
          .strided_depthwise = true,
          .same_padding = tf,
          .squeeze_early = false,
          .squeeze_ratio = tf ? 1.0 / 4 : 1.0 / 16,
          .activation = tf ? Activation::kGeluTanh : Activation::kSilu,
          .squeeze_activation = Activation::kSilu,
          .epsilon = convolution_epsilon(variant)};
}

PartitionAttentionOptions attention(MaxVitVariant variant) {
  const bool tf = variant == MaxVitVariant::kTf;
  return {.head_first = !tf,
          .table = tf ? RelativeBias::Table::kMaxVit : RelativeBias::Table::kSwin,
          .activation = tf ? Activation::kGeluTanh : Activation::kGelu,
          .epsilon = attention_epsilon(variant)};
}

// Convolution, attention in blocks, attention in grids: (N, in, H, W) to (N, out, H/s, W/s).
class MaxVitBlock : public Layer {
 public:
  MaxVitBlock(const MbConvOptions& convolution, PartitionAttentionOptions attention) {
    conv_ = add_child("conv", std::make_shared<MbConv>(convolution));
    attention.partition = Partition::kBlock;
    block_ = add_child("attn_block", std::make_shared<PartitionAttention>(attention));
    attention.partition = Partition::kGrid;
    grid_ = add_child("attn_grid", std::make_shared<PartitionAttention>(attention));
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    const at::Tensor tokens = conv_->forward(x).permute({0, 2, 3, 1});  // (N, H, W, C)
    return grid_->forward(block_->forward(tokens)).permute({0, 3, 1, 2});
  }

  std::shared_ptr<MbConv> conv_;
  std::shared_ptr<PartitionAttention> block_, grid_;
};

// The number of image pixels per pixel of the last stage, along a side.
int reduction(const MaxVitOptions& options) {
  return options.stem_stride << options.depths.size();
}

void check(const MaxVitOptions& options) {
  check_stages("maxvit", {{"embed_dim", options.embed_dim.size()}, {"depths", options.depths.size()}});
  if (options.stem_width.size() != 2) throw UsageError("maxvit: stem_width needs two numbers, for example [64, 64]");
  std::vector<Channels> attended;
  for (const int width : options.embed_dim) attended.push_back({text("stage ", attended.size()), width});
  check_divides("maxvit", "head_dim", options.head_dim, option_range(options, "head_dim"), attended);
  const int multiple = reduction(options) * std::max(options.window, 1);
  check_multiple("maxvit", "image_size", options.image_size, multiple, option_range(options, "image_size"),
                 options.window > 0 ? text(reduction(options), " x window = ", multiple) : "");
}

class MaxVit : public Model {
 public:
  explicit MaxVit(const MaxVitOptions& options) : options_(options) {
    check(options);
    const MaxVitVariant variant = options.variant;
    const bool tf = variant == MaxVitVariant::kTf;
    stem_ = add_child(
        "stem", std::make_shared<ConvStem>(ConvStemOptions{.channels = options.channels,
                                                           .width = options.stem_width,
                                                           .stride = options.stem_stride,
                                                           .bias = tf,
                                                           .same_padding = tf,
                                                           .activation = tf ? Activation::kGeluTanh : Activation::kSilu,
                                                           .epsilon = convolution_epsilon(variant)}));
    int blocks = 0;
    for (const int depth : options.depths) blocks += depth;
    const std::vector<double> drop_path = drop_path_rates(options.drop_path, blocks);
    auto rate = drop_path.begin();
    int width = options.stem_width[1];
    for (std::size_t stage = 0; stage < options.depths.size(); ++stage) {
      const int out = options.embed_dim[stage];
      const auto make_block = [&](int index) {
        MbConvOptions convolution = convolution_block(variant);
        convolution.in = index == 0 ? width : out;
        convolution.out = out;
        convolution.stride = index == 0 ? 2 : 1;
        convolution.expand_ratio = options.expand_ratio;
        PartitionAttentionOptions partition = attention(variant);
        partition.width = out;
        partition.window = options.window > 0 ? options.window : options.image_size / reduction(options);
        partition.head_dim = options.head_dim;
        partition.mlp_ratio = options.mlp_ratio;
        partition.dropout = options.dropout;
        convolution.drop_path = partition.drop_path = *rate++;
        return new MaxVitBlock(convolution, partition);
      };
      stages_.push_back(
          add_child(text("stages.", stage), std::make_shared<Stage<MaxVitBlock>>(options.depths[stage], make_block)));
      width = out;
    }
    head_ = add_child("", std::make_shared<PooledHead>(PooledHeadOptions{.channels = width,
                                                                         .outputs = options.outputs,
                                                                         .dropout = options.dropout,
                                                                         .epsilon = attention_epsilon(variant),
                                                                         .hidden = tf}));
  }

  at::Tensor forward(const at::Tensor& x) override {
    at::Tensor y = stem_->forward(x);
    for (const auto& stage : stages_) y = stage->forward(y);
    return head_->forward(y);
  }

  int channels() const override { return options_.channels; }
  int outputs() const override { return options_.outputs; }
  int image_size() const override { return options_.image_size; }
  bool prefers_channels_last() const override { return true; }

 private:
  MaxVitOptions options_;
  std::shared_ptr<ConvStem> stem_;
  std::vector<std::shared_ptr<Stage<MaxVitBlock>>> stages_;
  std::shared_ptr<PooledHead> head_;
};

}  // namespace

std::unique_ptr<Model> make_maxvit(const MaxVitOptions& options) {
  return std::make_unique<MaxVit>(options);
}

MaxVitOptions maxvit_rw_options() {
  MaxVitOptions options;
  options.variant = MaxVitVariant::kRw;
  options.stem_width = {32, 64};
  return options;
}

MaxVitOptions maxvit_nano_options() {
  MaxVitOptions options;
  options.image_size = 48;
  options.stem_stride = 1;
  options.stem_width = {16, 16};
  options.embed_dim = {16, 32, 64};
  options.depths = {1, 1, 1};
  options.head_dim = 16;
  return options;
}

}  // namespace jetvit
