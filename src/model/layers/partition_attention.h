#pragma once

#include "model/layers/drop_path.h"
#include "model/layers/linear.h"
#include "model/layers/norm.h"
#include "model/layers/relative_bias.h"

namespace jetvit {

struct PartitionAttentionOptions {
  enum class Partition { kBlock, kGrid };
  Partition partition = Partition::kBlock;
  int width = 1;   // channels
  int window = 1;  // tokens along a side of a block, or of a grid
  int head_dim = 32;
  double mlp_ratio = 4;
  double dropout = 0;
  double drop_path = 0;
  // Differences between the model families of the reference. The defaults are those of maxvit_*_rw.
  bool head_first = true;  // order of the channels of qkv: (heads, 3, head_dim) instead of (3, heads, head_dim)
  RelativeBias::Table table = RelativeBias::Table::kSwin;
  Activation activation = Activation::kGelu;
  double epsilon = 1e-6;  // of the norms
};

// Attention among the tokens of a block (window x window neighbors) or of a grid (window x window tokens spread evenly
// over the image), then an MLP, each with a norm and a residual connection (MaxViT: Tu et al., arXiv:2204.01697).
// (N, side, side, C) to the same shape; side must be a multiple of the window.
class PartitionAttention : public Layer {
 public:
  explicit PartitionAttention(const PartitionAttentionOptions& options);

 private:
  class Attention;
  class Mlp;

  at::Tensor compute(const at::Tensor& x) const override;

  std::shared_ptr<LayerNorm> norm1_, norm2_;
  std::shared_ptr<Attention> attention_;
  std::shared_ptr<Mlp> mlp_;
  std::shared_ptr<DropPath> drop_path_;
};

}  // namespace jetvit
