#include "model/davit.h"

#include <numeric>

#include <ATen/ops/constant_pad_nd.h>

#include "base/text.h"
#include "model/layers/dual_attention.h"
#include "model/layers/option_checks.h"

namespace jetvit {
namespace {

constexpr double kNormEpsilon = 1e-5;  // of all norms

// Pads x (N, C, H, W) with zeros at the right and bottom, so that its side becomes divisible by `multiple`.
at::Tensor zero_padded(const at::Tensor& x, std::int64_t multiple) {
  const std::int64_t missing = (multiple - x.size(2) % multiple) % multiple;
  return missing > 0 ? at::constant_pad_nd(x, {0, missing, 0, missing}) : x;
}

class Stem : public Layer {
 public:
  explicit Stem(const DaVitOptions& options) : stride_(options.stem_stride) {
    conv_ = add_child("conv", std::make_shared<Conv2d>(ConvOptions{.in = options.channels,
                                                                   .out = options.embed_dim[0],
                                                                   .kernel = 7,
                                                                   .stride = options.stem_stride,
                                                                   .padding = 3}));
    norm_ = add_child("norm", std::make_shared<LayerNorm>(options.embed_dim[0], kNormEpsilon));
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    return norm_->forward_channels(conv_->forward(zero_padded(x, stride_)));
  }

  int stride_;
  std::shared_ptr<Conv2d> conv_;
  std::shared_ptr<LayerNorm> norm_;
};

// (N, in, H, W) to (N, out, H / 2, W / 2)
class Halving : public Layer {
 public:
  Halving(int in, int out) {
    norm_ = add_child("norm", std::make_shared<LayerNorm>(in, kNormEpsilon));
    conv_ = add_child(
        "conv", std::make_shared<Conv2d>(ConvOptions{.in = in, .out = out, .kernel = 2, .stride = 2, .padding = 0}));
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    return conv_->forward(zero_padded(norm_->forward_channels(x), 2));
  }

  std::shared_ptr<LayerNorm> norm_;
  std::shared_ptr<Conv2d> conv_;
};

class DavitStage : public Layer {
 public:
  DavitStage(int in, bool halve, const DualAttentionOptions& options, const std::vector<double>& drop_path) {
    if (halve) downsample_ = add_child("downsample", std::make_shared<Halving>(in, options.width));
    DualAttentionOptions pair = options;
    for (const double rate : drop_path) {
      pair.drop_path = rate;
      pairs_.push_back(add_child(text("blocks.", pairs_.size()), std::make_shared<DualAttention>(pair)));
    }
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    at::Tensor y = downsample_ ? downsample_->forward(x) : x;
    for (const auto& pair : pairs_) y = pair->forward(y);
    return y;
  }

  std::shared_ptr<Halving> downsample_;
  std::vector<std::shared_ptr<DualAttention>> pairs_;
};

class Head : public Layer {
 public:
  Head(int width, int outputs, double dropout) : dropout_(dropout) {
    norm_ = add_child("norm", std::make_shared<LayerNorm>(width, kNormEpsilon));
    fc_ = add_child("fc", std::make_shared<Linear>(width, outputs, Linear::Init::kTruncatedNormal));
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    return fc_->forward(jetvit::dropout(norm_->forward(x.mean({2, 3})), dropout_, training()));
  }

  double dropout_;
  std::shared_ptr<LayerNorm> norm_;
  std::shared_ptr<Linear> fc_;
};

void check(const DaVitOptions& options) {
  check_stages(
      "davit",
      {{"embed_dim", options.embed_dim.size()}, {"depths", options.depths.size()}, {"heads", options.heads.size()}});
  for (std::size_t stage = 0; stage < options.depths.size(); ++stage) {
    check_divides("davit", "heads", options.heads[stage], option_range(options, "heads"),
                  {{text("stage ", stage), options.embed_dim[stage]}});
  }
}

class DaVit : public Model {
 public:
  explicit DaVit(const DaVitOptions& options) : options_(options) {
    check(options);
    stem_ = add_child("stem", std::make_shared<Stem>(options));
    const int pairs = std::accumulate(options.depths.begin(), options.depths.end(), 0);
    const std::vector<double> drop_path = drop_path_rates(options.drop_path, pairs);
    auto rate = drop_path.begin();
    int width = options.embed_dim[0];
    int side = (options.image_size + options.stem_stride - 1) / options.stem_stride;
    for (std::size_t stage = 0; stage < options.depths.size(); ++stage) {
      if (stage > 0) side = (side + 1) / 2;
      const DualAttentionOptions of_stage = {.width = options.embed_dim[stage],
                                             .heads = options.heads[stage],
                                             .side = side,
                                             .window = options.window,
                                             .mlp_ratio = options.mlp_ratio};
      const std::vector<double> rates(rate, rate + options.depths[stage]);
      stages_.push_back(
          add_child(text("stages.", stage), std::make_shared<DavitStage>(width, stage > 0, of_stage, rates)));
      rate += options.depths[stage];
      width = of_stage.width;
    }
    head_ = add_child("head", std::make_shared<Head>(width, options.outputs, options.dropout));
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
  DaVitOptions options_;
  std::shared_ptr<Stem> stem_;
  std::vector<std::shared_ptr<DavitStage>> stages_;
  std::shared_ptr<Head> head_;
};

}  // namespace

std::unique_ptr<Model> make_davit(const DaVitOptions& options) {
  return std::make_unique<DaVit>(options);
}

DaVitOptions davit_nano_options() {
  DaVitOptions options;
  options.image_size = 48;
  options.window = 6;
  options.stem_stride = 2;
  options.embed_dim = {24, 48, 96};
  options.depths = {1, 1, 1};
  options.heads = {1, 2, 4};
  return options;
}

}  // namespace jetvit
