#pragma once

#include "model/layers/conv.h"
#include "model/layers/downsample.h"
#include "model/layers/drop_path.h"
#include "model/layers/norm.h"
#include "model/layers/relative_bias.h"

namespace jetvit {

struct AttentionBlockOptions {
  int in = 1;
  int out = 1;
  int stride = 1;  // 2 pools
  int side = 1;    // of the block's output image
  int head_dim = 32;
  double mlp_ratio = 4;
  double dropout = 0;
  double drop_path = 0;
  bool expand_first = false;   // attention uses `out` channels instead of `in`
  bool shortcut_bias = false;  // bias of the shortcut convolution, with stride 2
};

// Attention with relative position bias over the entire (N, C, H, W) image, then an MLP of 1x1 convolutions: the
// transformer block of timm's CoAtNet models (the defaults are those of coatnet_*_rw). (N, in, H, W) to (N, out, H/s,
// W/s).
class AttentionBlock : public Layer {
 public:
  explicit AttentionBlock(const AttentionBlockOptions& options);

 private:
  class Attention;
  class Mlp;
  class Norm1;

  at::Tensor compute(const at::Tensor& x) const override;

  std::shared_ptr<Downsample> shortcut_;
  std::shared_ptr<Norm1> pooled_norm_;
  std::shared_ptr<LayerNorm> norm1_, norm2_;
  std::shared_ptr<Attention> attention_;
  std::shared_ptr<Mlp> mlp_;
  std::shared_ptr<DropPath> drop_path_;
};

}  // namespace jetvit
