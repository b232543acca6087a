#include "model/layers/efficientnet_trunk.h"

#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "model/layers/option_checks.h"

namespace jetvit {

EfficientNetTrunk::EfficientNetTrunk(const EfficientNetTrunkOptions& options) {
  stem_ = add_child("", std::make_shared<ConvNorm>("conv_stem",
                                                   ConvOptions{.in = options.channels,
                                                               .out = options.stem_width,
                                                               .kernel = 3,
                                                               .stride = options.stem_stride,
                                                               .padding = 1,
                                                               .bias = false,
                                                               .init = options.stem_init},
                                                   "bn1"));
  int count = 0;
  for (const EfficientNetStage& stage : options.stages) count += stage.depth;
  int width = options.stem_width;
  int blocks = 0;
  for (std::size_t stage = 0; stage < options.stages.size(); ++stage) {
    const EfficientNetStage& of_stage = options.stages[stage];
    const auto make_block = [&](int index) {
      // Increases from 0 at the first block. The last block stays below the full rate, as in the reference.
      const double drop_path = options.drop_path * blocks++ / count;
      return new InvertedResidual({.in = index == 0 ? width : of_stage.width,
                                   .out = of_stage.width,
                                   .kernel = of_stage.kernel,
                                   .stride = index == 0 ? of_stage.stride : 1,
                                   .expands = stage > 0,
                                   .expand_ratio = options.expand_ratio,
                                   .drop_path = drop_path});
    };
    stages_.push_back(
        add_child(text("blocks.", stage), std::make_shared<Stage<InvertedResidual>>(of_stage.depth, make_block, "")));
    width = of_stage.width;
  }
}

at::Tensor EfficientNetTrunk::compute(const at::Tensor& x) const {
  at::Tensor y = stem_->forward(x, Activation::kSilu);
  for (const auto& stage : stages_) y = stage->forward(y);
  return y;
}

int strided_side(int side, const EfficientNetTrunkOptions& options) {
  const auto after = [](int from, int stride) { return (from + stride - 1) / stride; };
  side = after(side, options.stem_stride);
  for (const EfficientNetStage& stage : options.stages) side = after(side, stage.stride);
  return side;
}

std::vector<EfficientNetStage> efficientnet_stages(const char* model, int stem_width, const EfficientNetLists& lists) {
  const auto& [widths, depths, kernels, strides] = lists;
  check_stages(model, {{widths.key, widths.values.size()},
                       {depths.key, depths.values.size()},
                       {kernels.key, kernels.values.size()},
                       {strides.key, strides.values.size()}});
  constexpr int kMultiple = 4;                                         // squeeze-excite has a quarter of the width
  const Range allowed = {kMultiple, std::numeric_limits<int>::max()};  // the bounds of the options are multiples too
  check_multiple(model, "stem_width", stem_width, kMultiple, allowed);
  std::vector<EfficientNetStage> stages;
  for (std::size_t stage = 0; stage < widths.values.size(); ++stage) {
    check_multiple(model, text(widths.key, " of stage ", stage), widths.values[stage], kMultiple, allowed);
    const int kernel = kernels.values[stage];
    if (kernel % 2 == 0) {
      throw UsageError(text(model, ": ", kernels.key, " of stage ", stage, " = ", kernel,
                            " is even (nearest: ", kernel - 1, " or ", kernel + 1, ")"));
    }
    stages.push_back({widths.values[stage], depths.values[stage], kernel, strides.values[stage]});
  }
  return stages;
}

}  // namespace jetvit
