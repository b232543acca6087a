#include "model/efficientnet.h"

#include "model/layers/efficientnet_trunk.h"
#include "model/layers/linear.h"

namespace jetvit {
namespace {

EfficientNetTrunkOptions trunk_options(const EfficientNetOptions& options) {
  return {.channels = options.channels,
          .stem_width = options.stem_width,
          .stem_stride = options.stem_stride,
          .stages = efficientnet_stages("efficientnet", options.stem_width,
                                        {{"embed_dim", options.embed_dim},
                                         {"depths", options.depths},
                                         {"kernels", options.kernels},
                                         {"strides", options.strides}}),
          .expand_ratio = options.expand_ratio,
          .drop_path = options.drop_path};
}

class EfficientNet : public Model {
 public:
  explicit EfficientNet(const EfficientNetOptions& options) : options_(options) {
    trunk_ = add_child("", std::make_shared<EfficientNetTrunk>(trunk_options(options)));
    head_ = add_child("", std::make_shared<ConvNorm>("conv_head",
                                                     ConvOptions{.in = options.embed_dim.back(),
                                                                 .out = options.head_width,
                                                                 .bias = false,
                                                                 .init = ConvOptions::Init::kNormalFanOut},
                                                     "bn2"));
    classifier_ = add_child(
        "classifier", std::make_shared<Linear>(options.head_width, options.outputs, Linear::Init::kUniformFanOut));
  }

  at::Tensor forward(const at::Tensor& x) override {
    const at::Tensor y = head_->forward(trunk_->forward(x), Activation::kSilu);
    return classifier_->forward(jetvit::dropout(y.mean({2, 3}), options_.dropout, training()));
  }

  int channels() const override { return options_.channels; }
  int outputs() const override { return options_.outputs; }
  int image_size() const override { return options_.image_size; }
  bool prefers_channels_last() const override { return true; }

 private:
  EfficientNetOptions options_;
  std::shared_ptr<EfficientNetTrunk> trunk_;
  std::shared_ptr<ConvNorm> head_;
  std::shared_ptr<Linear> classifier_;
};

}  // namespace

std::unique_ptr<Model> make_efficientnet(const EfficientNetOptions& options) {
  return std::make_unique<EfficientNet>(options);
}

EfficientNetOptions efficientnet_b3_options() {
  EfficientNetOptions options;
  options.image_size = 288;
  options.stem_width = 40;
  options.embed_dim = {24, 32, 48, 96, 136, 232, 384};
  options.depths = {2, 3, 3, 5, 5, 6, 2};
  options.head_width = 1536;
  return options;
}

EfficientNetOptions efficientnet_nano_options() {
  EfficientNetOptions options;
  options.image_size = 48;
  options.stem_width = 16;
  options.embed_dim = {16, 24, 32, 48};
  options.depths = {1, 1, 2, 1};
  options.kernels = {3, 3, 5, 3};
  options.strides = {1, 2, 2, 1};
  options.head_width = 128;
  return options;
}

}  // namespace jetvit
