#pragma once

#include "model/layers/conv_norm.h"
#include "model/layers/drop_path.h"
#include "model/layers/squeeze_excite.h"

namespace jetvit {

struct InvertedResidualOptions {
  int in = 1;
  int out = 1;
  int kernel = 3;  // of the depthwise convolution
  int stride = 1;
  bool expands = true;      // false: the block begins with the depthwise convolution
  double expand_ratio = 6;  // width of the depthwise convolution relative to `in`, if the block expands
  double drop_path = 0;
};

// Inverted bottleneck of EfficientNet (Sandler et al., arXiv:1801.04381; Tan and Le, arXiv:1905.11946) with timm's
// names: expansion, depthwise convolution, squeeze-excite and projection; the input is added if the shape does not
// change. (N, in, H, W) to (N, out, H/s, W/s).
class InvertedResidual : public Layer {
 public:
  explicit InvertedResidual(const InvertedResidualOptions& options);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  std::shared_ptr<ConvNorm> expand_, depthwise_, project_;
  std::shared_ptr<SqueezeExcite> se_;
  std::shared_ptr<DropPath> drop_path_;  // null if the input is not added
};

}  // namespace jetvit
