#pragma once

#include "model/layers/conv_norm.h"
#include "model/layers/downsample.h"
#include "model/layers/drop_path.h"
#include "model/layers/squeeze_excite.h"

namespace jetvit {

struct MbConvOptions {
  int in = 1;
  int out = 1;
  int stride = 1;  // 2 halves the image
  double expand_ratio = 4;
  double drop_path = 0;
  // Differences between the model families of the reference. The defaults are those of coatnet_*_rw.
  bool expand_output = false;      // the width of the depthwise convolution is relative to `out` instead of `in`
  bool pre_activation = true;      // an activation after the first norm too
  bool output_bias = false;        // biases of the shortcut and the last convolution
  bool strided_depthwise = false;  // the depthwise convolution halves the image instead of mean pooling at the start
  bool same_padding = false;       // TensorFlow's padding
  bool squeeze_early = true;       // squeeze-excite before the second norm instead of after its activation
  double squeeze_ratio = 0.25;     // its width relative to the depthwise convolution; with expand_output, to `out`
  Activation activation = Activation::kSilu;
  Activation squeeze_activation = Activation::kRelu;
  double epsilon = 1e-5;  // of the norms
};

// Inverted bottleneck with pre-norm and squeeze-excite, as in timm's CoAtNet and MaxViT models (MBConv: Sandler et al.,
// arXiv:1801.04381; CoAtNet: Dai et al., arXiv:2106.04803; MaxViT: Tu et al., arXiv:2204.01697). (N, in, H, W) to (N,
// out, H/s, W/s).
class MbConv : public Layer {
 public:
  explicit MbConv(const MbConvOptions& options);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  MbConvOptions options_;
  std::shared_ptr<Downsample> shortcut_, down_;
  std::shared_ptr<BatchNorm2d> pre_norm_;
  std::shared_ptr<ConvNorm> expand_;
  std::shared_ptr<ConvNorm> depthwise_;  // with its norm, unless squeeze-excite is between them
  std::shared_ptr<Conv2d> depthwise_alone_;
  std::shared_ptr<BatchNorm2d> depthwise_norm_;
  std::shared_ptr<Conv2d> project_;
  std::shared_ptr<SqueezeExcite> se_;
  std::shared_ptr<DropPath> drop_path_;
};

}  // namespace jetvit
