#pragma once

#include <vector>

#include "model/layers/conv_norm.h"
#include "model/layers/inverted_residual.h"
#include "model/layers/stage.h"

namespace jetvit {

// A stage: blocks of equal width, of which the first has the stride.
struct EfficientNetStage {
  int width = 16;
  int depth = 1;
  int kernel = 3;
  int stride = 1;
};

struct EfficientNetTrunkOptions {
  int channels = 3;
  int stem_width = 32;
  int stem_stride = 2;
  ConvOptions::Init stem_init = ConvOptions::Init::kNormalFanOut;
  std::vector<EfficientNetStage> stages;
  double expand_ratio = 6;  // after the first stage, which does not expand
  double drop_path = 0;
};

// An EfficientNet without its head (Tan and Le, arXiv:1905.11946): a 3x3 convolution "conv_stem", "bn1" and the stages
// "blocks". (N, channels, H, W) to (N, width of the last stage, H', W'); each stride s reduces a side n to ceil(n / s).
class EfficientNetTrunk : public Layer {
 public:
  explicit EfficientNetTrunk(const EfficientNetTrunkOptions& options);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  std::shared_ptr<ConvNorm> stem_;
  std::vector<std::shared_ptr<Stage<InvertedResidual>>> stages_;
};

// The side of the output image for an input image with this side.
int strided_side(int side, const EfficientNetTrunkOptions& options);

// Options with one value per stage.
struct EfficientNetLists {
  struct List {
    const char* key;
    std::vector<int> values;
  };
  List widths, depths, kernels, strides;
};

// Combines the lists to stages. Throws UsageError, beginning with `model`, if their lengths differ, the width of a
// stage or the stem is not a multiple of 4 or a kernel is even.
std::vector<EfficientNetStage> efficientnet_stages(const char* model, int stem_width, const EfficientNetLists& lists);

}  // namespace jetvit
