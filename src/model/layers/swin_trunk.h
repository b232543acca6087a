#pragma once

#include <vector>

#include "model/layers/swin_stage.h"

namespace jetvit {

struct SwinTrunkOptions {
  int first = 0;                   // first stage in use; the stages before it are replaced by other layers
  int side = 56;                   // of the input image of tokens
  int embed_dim = 96;              // channels of stage 0, doubled in each further stage
  std::vector<int> depths, heads;  // of all stages
  int window = 7;
  double mlp_ratio = 4;
  int outputs = 1;
  double dropout = 0;
  double drop_path = 0;  // of the last block; rates increase over the blocks of all stages
};

// A Swin transformer without its patch embedding: "layers.<stage>" starting at `first`, which does not merge tokens,
// then "norm" and "head.fc". (N, side, side, embed_dim << first) to (N, outputs).
class SwinTrunk : public Layer {
 public:
  explicit SwinTrunk(const SwinTrunkOptions& options);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  std::vector<std::shared_ptr<SwinStage>> stages_;
  std::shared_ptr<SwinHead> head_;
};

}  // namespace jetvit
