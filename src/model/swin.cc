#include "model/swin.h"

#include "base/text.h"
#include "model/layers/conv.h"
#include "model/layers/option_checks.h"
#include "model/layers/swin_trunk.h"

namespace jetvit {
namespace {

class SwinPatchEmbed : public Layer {
 public:
  explicit SwinPatchEmbed(const SwinOptions& options) {
    proj_ = add_child("proj", std::make_shared<Conv2d>(ConvOptions{.in = options.channels,
                                                                   .out = options.embed_dim,
                                                                   .kernel = options.patch_size,
                                                                   .stride = options.patch_size,
                                                                   .padding = 0}));
    norm_ = add_child("norm", std::make_shared<LayerNorm>(options.embed_dim, 1e-5));
  }

 private:
  // (N, C, H, W) to (N, H / patch, W / patch, embed_dim)
  at::Tensor compute(const at::Tensor& x) const override {
    return norm_->forward(proj_->forward(x).permute({0, 2, 3, 1}));
  }

  std::shared_ptr<Conv2d> proj_;
  std::shared_ptr<LayerNorm> norm_;
};

void check(const SwinOptions& options) {
  check_stages("swin", {{"depths", options.depths.size()}, {"heads", options.heads.size()}});
  if (options.image_size < options.patch_size) {
    throw OptionError("image_size", text("swin: image_size = ", options.image_size, " is less than patch_size = ",
                                         options.patch_size, " (nearest: ", options.patch_size, ")"));
  }
  for (std::size_t stage = 0; stage < options.depths.size(); ++stage) {
    check_divides("swin", "heads", options.heads[stage], option_range(options, "heads"),
                  {{text("stage ", stage), options.embed_dim << stage}});
  }
}

class Swin : public Model {
 public:
  explicit Swin(const SwinOptions& options) : options_(options) {
    check(options);
    patch_embed_ = add_child("patch_embed", std::make_shared<SwinPatchEmbed>(options));
    trunk_ = add_child("", std::make_shared<SwinTrunk>(SwinTrunkOptions{.side = options.image_size / options.patch_size,
                                                                        .embed_dim = options.embed_dim,
                                                                        .depths = options.depths,
                                                                        .heads = options.heads,
                                                                        .window = options.window,
                                                                        .mlp_ratio = options.mlp_ratio,
                                                                        .outputs = options.outputs,
                                                                        .dropout = options.dropout,
                                                                        .drop_path = options.drop_path}));
  }

  at::Tensor forward(const at::Tensor& x) override { return trunk_->forward(patch_embed_->forward(x)); }

  int channels() const override { return options_.channels; }
  int outputs() const override { return options_.outputs; }
  int image_size() const override { return options_.image_size; }
  bool prefers_channels_last() const override { return true; }

 private:
  SwinOptions options_;
  std::shared_ptr<SwinPatchEmbed> patch_embed_;
  std::shared_ptr<SwinTrunk> trunk_;
};

}  // namespace

std::unique_ptr<Model> make_swin(const SwinOptions& options) {
  return std::make_unique<Swin>(options);
}

SwinOptions swin_nano_options() {
  SwinOptions options;
  options.image_size = 48;
  options.patch_size = 2;
  options.window = 6;
  options.embed_dim = 24;
  options.depths = {2, 2, 2};
  options.heads = {1, 2, 4};
  options.drop_path = 0;
  return options;
}

}  // namespace jetvit
