#include "model/coatnet.h"

#include "base/text.h"
#include "model/layers/attention_block.h"
#include "model/layers/conv_stem.h"
#include "model/layers/mbconv.h"
#include "model/layers/option_checks.h"
#include "model/layers/pooled_head.h"
#include "model/layers/stage.h"

namespace jetvit {
namespace {

using CoatNetVariant = CoatNetOptions::Variant;

MbConvOptions convolution_block(CoatNetVariant variant) {
  if (variant == CoatNetVariant::kRw) return {};
  return {.expand_output = true,
          .pre_activation = false,
          .output_bias = true,
          .strided_depthwise = true,
          .squeeze_early = false,
          .activation = Activation::kGelu,
          .squeeze_activation = Activation::kSilu};
}

AttentionBlockOptions attention_block(CoatNetVariant variant) {
  const bool paper = variant == CoatNetVariant::kPaper;
  return {.expand_first = paper, .shortcut_bias = paper};
}

void check(const CoatNetOptions& options) {
  const std::size_t stages = options.depths.size();
  check_stages("coatnet",
               {{"embed_dim", options.embed_dim.size()}, {"depths", stages}, {"blocks", options.blocks.size()}});
  if (options.stem_width.size() != 2) throw UsageError("coatnet: stem_width needs two numbers, for example [32, 64]");
  if (options.blocks.find_first_not_of("CT") != std::string::npos) {
    throw UsageError(text("coatnet: blocks = \"", printable(options.blocks), "\" may contain only C and T"));
  }
  std::vector<Channels> attended;
  int width = options.stem_width[1];
  for (std::size_t stage = 0; stage < stages; ++stage) {
    if (options.blocks[stage] == 'T') {
      // The variant of the paper changes the number of channels before the attention, the other one after it.
      if (options.variant == CoatNetVariant::kRw) attended.push_back({text("the input of stage ", stage), width});
      attended.push_back({text("stage ", stage), options.embed_dim[stage]});
    }
    width = options.embed_dim[stage];
  }
  check_divides("coatnet", "head_dim", options.head_dim, option_range(options, "head_dim"), attended);
  check_multiple("coatnet", "image_size", options.image_size, options.stem_stride << stages,
                 option_range(options, "image_size"));
}

class CoatNet : public Model {
 public:
  explicit CoatNet(const CoatNetOptions& options) : options_(options) {
    check(options);
    const bool paper = options.variant == CoatNetVariant::kPaper;
    stem_ = add_child("stem", std::make_shared<ConvStem>(
                                  ConvStemOptions{.channels = options.channels,
                                                  .width = options.stem_width,
                                                  .stride = options.stem_stride,
                                                  .activation = paper ? Activation::kGelu : Activation::kSilu}));
    int blocks = 0;
    for (const int depth : options.depths) blocks += depth;
    const std::vector<double> drop_path = drop_path_rates(options.drop_path, blocks);
    int width = options.stem_width[1];
    int side = options.image_size / options.stem_stride;
    std::size_t block = 0;
    for (std::size_t stage = 0; stage < options.depths.size(); ++stage) {
      const int out = options.embed_dim[stage];
      const int depth = options.depths[stage];
      const std::string name = text("stages.", stage);
      side /= 2;
      if (options.blocks[stage] == 'C') {
        const auto module = std::make_shared<Stage<MbConv>>(depth, [&](int index) {
          MbConvOptions conv = convolution_block(options.variant);
          conv.in = index == 0 ? width : out;
          conv.out = out;
          conv.stride = index == 0 ? 2 : 1;
          conv.expand_ratio = options.expand_ratio;
          conv.drop_path = drop_path[block + static_cast<std::size_t>(index)];
          return new MbConv(conv);
        });
        stages_.push_back(add_child(name, module));
      } else {
        const auto module = std::make_shared<Stage<AttentionBlock>>(depth, [&](int index) {
          AttentionBlockOptions attention = attention_block(options.variant);
          attention.in = index == 0 ? width : out;
          attention.out = out;
          attention.stride = index == 0 ? 2 : 1;
          attention.side = side;
          attention.head_dim = options.head_dim;
          attention.mlp_ratio = options.mlp_ratio;
          attention.dropout = options.dropout;
          attention.drop_path = drop_path[block + static_cast<std::size_t>(index)];
          return new AttentionBlock(attention);
        });
        stages_.push_back(add_child(name, module));
      }
      block += static_cast<std::size_t>(depth);
      width = out;
    }
    head_ =
        add_child("", std::make_shared<PooledHead>(PooledHeadOptions{
                          .channels = width, .outputs = options.outputs, .dropout = options.dropout, .hidden = paper}));
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
  CoatNetOptions options_;
  std::shared_ptr<ConvStem> stem_;
  std::vector<std::shared_ptr<Layer>> stages_;
  std::shared_ptr<PooledHead> head_;
};

}  // namespace

std::unique_ptr<Model> make_coatnet(const CoatNetOptions& options) {
  return std::make_unique<CoatNet>(options);
}

CoatNetOptions coatnet_paper_options() {
  CoatNetOptions options;
  options.variant = CoatNetVariant::kPaper;
  options.stem_width = {64, 64};
  options.depths = {2, 3, 5, 2};
  return options;
}

CoatNetOptions coatnet_nano_options() {
  CoatNetOptions options;
  options.image_size = 48;
  options.stem_stride = 1;
  options.stem_width = {16, 24};
  options.embed_dim = {32, 48, 64};
  options.depths = {1, 1, 2};
  options.blocks = "CCT";
  options.head_dim = 16;
  return options;
}

}  // namespace jetvit
