#include "model/coatnet.h"

#include <functional>

#include "base/text.h"
#include "model/layers/attention_block.h"
#include "model/layers/linear.h"
#include "model/layers/mbconv.h"

namespace jetvit {
namespace {

class Stem : public Module {
 public:
  explicit Stem(const CoatNetOptions& options) {
    const auto convolution = [](int in, int out, int stride) {
      return std::make_shared<Conv2d>(ConvOptions{.in = in,
                                                  .out = out,
                                                  .kernel = 3,
                                                  .stride = stride,
                                                  .bias = false,
                                                  .init = ConvOptions::Init::kNormalFanOut});
    };
    conv1_ = add_child("conv1", convolution(options.channels, options.stem_width[0], options.stem_stride));
    norm1_ = add_child("norm1", std::make_shared<BatchNorm2d>(options.stem_width[0]));
    conv2_ = add_child("conv2", convolution(options.stem_width[0], options.stem_width[1], 1));
  }

  at::Tensor forward(const at::Tensor& x) const { return conv2_->forward(norm1_->forward_silu(conv1_->forward(x))); }

 private:
  std::shared_ptr<Conv2d> conv1_, conv2_;
  std::shared_ptr<BatchNorm2d> norm1_;
};

// Blocks of one kind; the first one pools.
template <class Block>
class Stage : public Module {
 public:
  template <class MakeBlock>
  Stage(int depth, MakeBlock make_block) {
    for (int index = 0; index < depth; ++index) {
      blocks_.push_back(add_child(text("blocks.", index), std::shared_ptr<Block>(make_block(index))));
    }
  }

  at::Tensor forward(at::Tensor x) const {
    for (const auto& block : blocks_) x = block->forward(x);
    return x;
  }

 private:
  std::vector<std::shared_ptr<Block>> blocks_;
};

class Head : public Module {
 public:
  Head(int in, int out, double dropout) : dropout_(dropout) {
    fc_ = add_child("fc", std::make_shared<Linear>(in, out, Linear::Init::kDefault));
  }
  at::Tensor forward(const at::Tensor& x) const {
    return fc_->forward(jetvit::dropout(x.mean({2, 3}), dropout_, training()));
  }

 private:
  double dropout_;
  std::shared_ptr<Linear> fc_;
};

void check(const CoatNetOptions& options) {
  const std::size_t stages = options.depths.size();
  if (options.embed_dim.size() != stages || options.blocks.size() != stages || stages == 0) {
    throw UsageError(text("coatnet: depths, embed_dim and blocks name ", stages, ", ", options.embed_dim.size(),
                          " and ", options.blocks.size(), " stages (give each the same number)"));
  }
  if (options.stem_width.size() != 2) throw UsageError("coatnet: stem_width needs two numbers, for example [32, 64]");
  if (options.blocks.find_first_not_of("CT") != std::string::npos) {
    throw UsageError(text("coatnet: blocks = \"", printable(options.blocks), "\" may hold C and T only"));
  }
  int width = options.stem_width[1];
  for (std::size_t stage = 0; stage < stages; ++stage) {
    for (const int dim : {width, options.embed_dim[stage]}) {
      if (options.blocks[stage] == 'T' && dim % options.head_dim != 0) {
        throw UsageError(text("coatnet: attention stage ", stage, " has ", dim,
                              " channels, not a multiple of head_dim = ", options.head_dim));
      }
    }
    width = options.embed_dim[stage];
  }
  const int multiple = options.stem_stride << stages;
  if (options.image_size % multiple != 0) {
    const int below = options.image_size / multiple * multiple;
    throw UsageError(text("coatnet: image_size = ", options.image_size, " is not a multiple of ", multiple,
                          " (nearest: ", below > 0 ? text(below, " or ") : "", below + multiple, ")"));
  }
}

class CoatNet : public Model {
 public:
  explicit CoatNet(const CoatNetOptions& options) : options_(options) {
    check(options);
    stem_ = add_child("stem", std::make_shared<Stem>(options));
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
          return new MbConv({.in = index == 0 ? width : out,
                             .out = out,
                             .stride = index == 0 ? 2 : 1,
                             .drop_path = drop_path[block + static_cast<std::size_t>(index)]});
        });
        stages_.push_back([module](const at::Tensor& x) { return module->forward(x); });
        add_child(name, module);
      } else {
        const auto module = std::make_shared<Stage<AttentionBlock>>(depth, [&](int index) {
          return new AttentionBlock({.in = index == 0 ? width : out,
                                     .out = out,
                                     .stride = index == 0 ? 2 : 1,
                                     .side = side,
                                     .head_dim = options.head_dim,
                                     .dropout = options.dropout,
                                     .drop_path = drop_path[block + static_cast<std::size_t>(index)]});
        });
        stages_.push_back([module](const at::Tensor& x) { return module->forward(x); });
        add_child(name, module);
      }
      block += static_cast<std::size_t>(depth);
      width = out;
    }
    norm_ = add_child("norm", std::make_shared<LayerNorm>(width));
    head_ = add_child("head", std::make_shared<Head>(width, options.outputs, options.dropout));
  }

  at::Tensor forward(const at::Tensor& x) override {
    at::Tensor y = stem_->forward(x);
    for (const auto& stage : stages_) y = stage(y);
    return head_->forward(norm_->forward_channels(y));
  }

  int channels() const override { return options_.channels; }
  int outputs() const override { return options_.outputs; }
  int image_size() const override { return options_.image_size; }
  bool prefers_channels_last() const override { return true; }

 private:
  CoatNetOptions options_;
  std::shared_ptr<Stem> stem_;
  std::vector<std::function<at::Tensor(const at::Tensor&)>> stages_;
  std::shared_ptr<LayerNorm> norm_;
  std::shared_ptr<Head> head_;
};

}  // namespace

std::unique_ptr<Model> make_coatnet(const CoatNetOptions& options) {
  return std::make_unique<CoatNet>(options);
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
