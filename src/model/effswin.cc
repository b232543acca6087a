#include "model/effswin.h"

#include "base/text.h"
#include "model/layers/efficientnet_trunk.h"
#include "model/layers/option_checks.h"
#include "model/layers/swin_trunk.h"

namespace jetvit {
namespace {

// The stages before the one that would halve the image for the (split + 1)-th time.
EfficientNetTrunkOptions front_options(const EffSwinOptions& options) {
  EfficientNetTrunkOptions front = {.channels = options.channels,
                                    .stem_width = options.stem_width,
                                    .stem_stride = options.stem_stride,
                                    .stem_init = ConvOptions::Init::kDefault,
                                    .stages = {},
                                    .expand_ratio = options.front_expand_ratio,
                                    .drop_path = options.front_drop_path};
  int halvings = 0;
  for (const EfficientNetStage& stage : efficientnet_stages("effswin", options.stem_width,
                                                            {{"front_dim", options.front_dim},
                                                             {"front_depths", options.front_depths},
                                                             {"front_kernels", options.front_kernels},
                                                             {"front_strides", options.front_strides}})) {
    if (stage.stride == 2) ++halvings;
    if (halvings > options.split) break;
    front.stages.push_back(stage);
  }
  if (halvings < options.split) {
    throw UsageError(text("effswin: front_strides halve the image ", halvings,
                          " times, fewer than split = ", options.split,
                          halvings > 0 ? text(" (nearest: ", halvings, ")") : " (give front stages the stride 2)"));
  }
  return front;
}

class Front : public Layer {
 public:
  Front(const EfficientNetTrunkOptions& options, int out) {
    features_ = add_child("feature_extractor", std::make_shared<EfficientNetTrunk>(options));
    match_ =
        add_child("", std::make_shared<ConvNorm>(
                          "embed_matcher.0", ConvOptions{.in = options.stages.back().width, .out = out, .bias = false},
                          "embed_matcher.1"));
  }

 private:
  // (N, C, H, W) to (N, H', W', out)
  at::Tensor compute(const at::Tensor& x) const override {
    return match_->forward(features_->forward(x), Activation::kSilu).permute({0, 2, 3, 1});
  }

  std::shared_ptr<EfficientNetTrunk> features_;
  std::shared_ptr<ConvNorm> match_;
};

void check(const EffSwinOptions& options) {
  const std::size_t stages = options.depths.size();
  check_stages("effswin", {{"depths", stages}, {"heads", options.heads.size()}});
  const auto split = static_cast<std::size_t>(options.split);
  if (split >= stages) {
    throw UsageError(text("effswin: split = ", split, " leaves none of ", stages, " Swin stages",
                          stages > 1 ? text(" (nearest: ", stages - 1, ")") : ""));
  }
  for (std::size_t stage = split; stage < stages; ++stage) {
    check_divides("effswin", "heads", options.heads[stage], option_range(options, "heads"),
                  {{text("Swin stage ", stage), options.embed_dim << stage}});
  }
}

class EffSwin : public Model {
 public:
  explicit EffSwin(const EffSwinOptions& options) : options_(options) {
    check(options);
    const EfficientNetTrunkOptions front = front_options(options);
    front_ = add_child("patch_embed", std::make_shared<Front>(front, options.embed_dim << options.split));
    trunk_ = add_child("", std::make_shared<SwinTrunk>(SwinTrunkOptions{.first = options.split,
                                                                        .side = strided_side(options.image_size, front),
                                                                        .embed_dim = options.embed_dim,
                                                                        .depths = options.depths,
                                                                        .heads = options.heads,
                                                                        .window = options.window,
                                                                        .mlp_ratio = options.mlp_ratio,
                                                                        .outputs = options.outputs,
                                                                        .dropout = options.dropout,
                                                                        .drop_path = options.drop_path}));
  }

  at::Tensor forward(const at::Tensor& x) override { return trunk_->forward(front_->forward(x)); }

  int channels() const override { return options_.channels; }
  int outputs() const override { return options_.outputs; }
  int image_size() const override { return options_.image_size; }
  bool prefers_channels_last() const override { return true; }

 private:
  EffSwinOptions options_;
  std::shared_ptr<Front> front_;
  std::shared_ptr<SwinTrunk> trunk_;
};

}  // namespace

std::unique_ptr<Model> make_effswin(const EffSwinOptions& options) {
  return std::make_unique<EffSwin>(options);
}

EffSwinOptions effswin_nano_options() {
  EffSwinOptions options;
  options.image_size = 48;
  options.split = 1;
  options.stem_stride = 2;
  options.stem_width = 16;
  options.front_dim = {16, 24, 32};
  options.front_depths = {1, 2, 2};
  options.front_kernels = {3, 3, 5};
  options.front_strides = {1, 2, 2};
  options.window = 6;
  options.embed_dim = 24;
  options.depths = {2, 2, 2};
  options.heads = {1, 2, 4};
  options.drop_path = 0;
  return options;
}

}  // namespace jetvit
