#include "model/layers/efficientnet_trunk.h"

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

void check_width(const char* model, const char* key, int width) {
  if (width % 4 == 0) return;
  const int below = width / 4 * 4;
  throw UsageError(text(model, ": ", key, " = ", width,
                        " is not a multiple of 4 (nearest: ", below > 0 ? text(below, " or ") : "", below + 4, ")"));
}

}  // namespace

EfficientNetTrunk::EfficientNetTrunk(const EfficientNetTrunkOptions& options) {
  stem_ = add_child("conv_stem", std::make_shared<Conv2d>(ConvOptions{.in = options.channels,
                                                                      .out = options.stem_width,
                                                                      .kernel = 3,
                                                                      .stride = options.stem_stride,
                                                                      .padding = 1,
                                                                      .bias = false,
                                                                      .init = options.stem_init}));
  norm_ = add_child("bn1", std::make_shared<BatchNorm2d>(options.stem_width));
  int count = 0;
  for (const EfficientNetStage& stage : options.stages) count += stage.depth;
  int width = options.stem_width;
  for (std::size_t stage = 0; stage < options.stages.size(); ++stage) {
    const EfficientNetStage& of_stage = options.stages[stage];
    for (int index = 0; index < of_stage.depth; ++index) {
      constexpr int kExpand = 6;
      // Rising from 0 at the first block; the last block stays below the full rate, as in the reference.
      const double drop_path = options.drop_path * static_cast<double>(blocks_.size()) / count;
      const InvertedResidualOptions block = {.in = width,
                                             .out = of_stage.width,
                                             .kernel = of_stage.kernel,
                                             .stride = index == 0 ? of_stage.stride : 1,
                                             .expand_ratio = stage == 0 ? 1 : kExpand,
                                             .drop_path = drop_path};
      blocks_.push_back(add_child(text("blocks.", stage, ".", index), std::make_shared<InvertedResidual>(block)));
      width = of_stage.width;
    }
  }
}

at::Tensor EfficientNetTrunk::forward(const at::Tensor& x) const {
  at::Tensor y = norm_->forward_silu(stem_->forward(x));
  for (const auto& block : blocks_) y = block->forward(y);
  return y;
}

int strided_side(int side, const EfficientNetTrunkOptions& options) {
  const auto after = [](int from, int stride) { return (from + stride - 1) / stride; };
  side = after(side, options.stem_stride);
  for (const EfficientNetStage& stage : options.stages) side = after(side, stage.stride);
  return side;
}

std::vector<EfficientNetStage> efficientnet_stages(const char* model, int stem_width, const std::vector<int>& widths,
                                                   const std::vector<int>& depths, const std::vector<int>& kernels,
                                                   const std::vector<int>& strides) {
  const std::size_t count = widths.size();
  if (count == 0 || depths.size() != count || kernels.size() != count || strides.size() != count) {
    throw UsageError(text(model, ": the lists of widths, depths, kernels and strides name ", count, ", ", depths.size(),
                          ", ", kernels.size(), " and ", strides.size(), " stages (give each the same number)"));
  }
  check_width(model, "stem_width", stem_width);
  std::vector<EfficientNetStage> stages;
  for (std::size_t stage = 0; stage < count; ++stage) {
    check_width(model, "a stage's width", widths[stage]);
    if (kernels[stage] % 2 == 0) {
      throw UsageError(text(model, ": kernels holds ", kernels[stage], ", which is even (nearest: ", kernels[stage] - 1,
                            " or ", kernels[stage] + 1, ")"));
    }
    stages.push_back({widths[stage], depths[stage], kernels[stage], strides[stage]});
  }
  return stages;
}

}  // namespace jetvit
