#pragma once

#include <vector>

#include "model/layers/conv_norm.h"
#include "model/layers/inverted_residual.h"
#include "model/layers/stage.h"

namespace jetvit {

// Blocks of one width; the first one has the stride.
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
  double expand_ratio = 6;  // behind the first stage, which does not expand
  double drop_path = 0;
};

// What comes before the head of an EfficientNet (Tan and Le, arXiv:1905.11946): a 3x3 convolution "conv_stem", "bn1"
// and the stages "blocks". (N, channels, H, W) to (N, width of the last stage, H', W'), each stride s turning a side n
// into ceil(n / s).
class EfficientNetTrunk : public Layer {
 public:
  explicit EfficientNetTrunk(const EfficientNetTrunkOptions& options);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  std::shared_ptr<ConvNorm> stem_;
  std::vector<std::shared_ptr<Stage<InvertedResidual>>> stages_;
};

// The side of the image that comes out of convolutions with these strides.
int strided_side(int side, const EfficientNetTrunkOptions& options);

// Options that name each stage once.
struct EfficientNetLists {
  struct List {
    const char* key;
    std::vector<int> values;
  };
  List widths, depths, kernels, strides;
};

// Throws UsageError beginning with `model` where their lengths differ, a width, or that of the stem, is not a multiple
// of 4 or a kernel is even.
std::vector<EfficientNetStage> efficientnet_stages(const char* model, int stem_width, const EfficientNetLists& lists);

}  // namespace jetvit
