#include "model/resnet_15.h"

#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>

#include "base/text.h"
#include "model/layers/conv.h"
#include "model/layers/drop_path.h"
#include "model/layers/linear.h"
#include "model/layers/option_checks.h"

namespace jetvit {
namespace {

class ResidualBlock : public Layer {
 public:
  ResidualBlock(int in, int out, int stride) {
    conv1_ = add_child("conv1", std::make_shared<Conv2d>(
                                    ConvOptions{.in = in, .out = out, .kernel = 3, .stride = stride, .padding = 1}));
    conv2_ = add_child("conv2", std::make_shared<Conv2d>(ConvOptions{.in = out, .out = out, .kernel = 3}));
    if (stride != 1 || in != out) {
      shortcut_ = add_child(
          "shortcut", std::make_shared<Conv2d>(ConvOptions{.in = in, .out = out, .stride = stride, .padding = 0}));
    }
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    at::Tensor y = conv2_->forward(conv1_->forward(x, Activation::kRelu));
    y += shortcut_ ? shortcut_->forward(x) : x;
    return at::relu_(y);
  }

  std::shared_ptr<Conv2d> conv1_, conv2_, shortcut_;
};

class ResNet15 : public Model {
 public:
  explicit ResNet15(const ResNet15Options& options) : options_(options) {
    check_stages("resnet_15", {{"depths", options.depths.size()}});
    conv0_ =
        add_child("conv0", std::make_shared<Conv2d>(ConvOptions{
                               .in = options.channels, .out = options.width, .kernel = 7, .stride = 2, .padding = 1}));
    int features = options.width;
    for (std::size_t stage = 0; stage < options.depths.size(); ++stage) {
      for (int block = 0; block < options.depths[stage]; ++block) {
        const bool halves = stage > 0 && block == 0;
        const int out = halves ? 2 * features : features;
        blocks_.push_back(
            add_child(text("blocks.", blocks_.size()), std::make_shared<ResidualBlock>(features, out, halves ? 2 : 1)));
        features = out;
      }
    }
    for (const int hidden : options.head_widths) {
      const auto layer = std::make_shared<Linear>(features, hidden, Linear::Init::kDefault);
      head_.push_back(add_child(text("head.", head_.size()), layer));
      features = hidden;
    }
    fc_ = add_child("fc", std::make_shared<Linear>(features, options.outputs, Linear::Init::kDefault));
  }

  at::Tensor forward(const at::Tensor& x) override {
    // ReLU and max pooling commute, including their gradients. Pooling first leaves a quarter of the values for ReLU.
    at::Tensor y = at::relu(at::max_pool2d(conv0_->forward(x), 2));
    for (const auto& block : blocks_) y = block->forward(y);
    y = y.amax({2, 3});
    for (const auto& layer : head_) y = at::relu(layer->forward(y));
    return fc_->forward(jetvit::dropout(y, options_.dropout, training()));
  }

  int channels() const override { return options_.channels; }
  int outputs() const override { return options_.outputs; }
  int image_size() const override { return options_.image_size; }
  bool prefers_channels_last() const override { return true; }

 private:
  ResNet15Options options_;
  std::shared_ptr<Conv2d> conv0_;
  std::vector<std::shared_ptr<ResidualBlock>> blocks_;
  std::vector<std::shared_ptr<Linear>> head_;
  std::shared_ptr<Linear> fc_;
};

}  // namespace

std::unique_ptr<Model> make_resnet_15(const ResNet15Options& options) {
  return std::make_unique<ResNet15>(options);
}

}  // namespace jetvit
