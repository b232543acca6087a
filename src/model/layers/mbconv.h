#pragma once

#include "model/layers/conv.h"
#include "model/layers/downsample.h"
#include "model/layers/drop_path.h"
#include "model/layers/norm.h"
#include "model/layers/squeeze_excite.h"

namespace jetvit {

struct MbConvOptions {
  int in = 1;
  int out = 1;
  int stride = 1;        // 2 pools
  int expand_ratio = 4;  // width of the depthwise convolution over `in`
  double drop_path = 0;
};

// Inverted bottleneck with pre-norm and squeeze-excite before the second norm: the variant of timm's coatnet_*_rw
// models (MBConv: Sandler et al., arXiv:1801.04381; CoAtNet: Dai et al., arXiv:2106.04803). (N, in, H, W) to (N, out,
// H/s, W/s).
class MbConv : public Module {
 public:
  explicit MbConv(const MbConvOptions& options);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  std::shared_ptr<Downsample> shortcut_, down_;
  std::shared_ptr<BatchNorm2d> pre_norm_, norm1_, norm2_;
  std::shared_ptr<Conv2d> conv1_, conv2_, conv3_;
  std::shared_ptr<SqueezeExcite> se_;
  std::shared_ptr<DropPath> drop_path_;
};

}  // namespace jetvit
