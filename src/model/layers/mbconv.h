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
  // What sets the reference's families apart; the defaults are those of coatnet_*_rw.
  bool expand_output = false;      // the depthwise convolution expands from `out` channels, else from `in`
  bool pre_activation = true;      // also an activation after the first norm
  bool output_bias = false;        // of the shortcut and the last convolution
  bool strided_depthwise = false;  // the depthwise convolution halves the image, else a mean before all convolutions
  bool same_padding = false;       // TensorFlow's
  bool squeeze_early = true;       // squeeze-excite before the second norm, else after its activation
  double squeeze_ratio = 0.25;     // its width over that of the depthwise convolution, or over `out` for expand_output
  Activation activation = Activation::kSilu;
  Activation squeeze_activation = Activation::kRelu;
  double epsilon = 1e-5;  // of the norms
};

// Inverted bottleneck with pre-norm and squeeze-excite of timm's CoAtNet and MaxViT models (MBConv: Sandler et al.,
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
  std::shared_ptr<ConvNorm> depthwise_;  // and its norm, where squeeze-excite does not stand between them
  std::shared_ptr<Conv2d> depthwise_alone_;
  std::shared_ptr<BatchNorm2d> depthwise_norm_;
  std::shared_ptr<Conv2d> project_;
  std::shared_ptr<SqueezeExcite> se_;
  std::shared_ptr<DropPath> drop_path_;
};

}  // namespace jetvit
