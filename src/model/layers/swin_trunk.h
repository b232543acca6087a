#pragma once

#include <vector>

#include "model/layers/swin_stage.h"

namespace jetvit {

struct SwinTrunkOptions {
  int first = 0;                   // stage; what stands before it does the work of the others
  int side = 56;                   // of the image of tokens that comes in
  int embed_dim = 96;              // channels of stage 0, twice as many in each further one
  std::vector<int> depths, heads;  // of all stages
  int window = 7;
  double mlp_ratio = 4;
  int outputs = 1;
  double dropout = 0;
  double drop_path = 0;  // of the last block; rates rise over the blocks of all stages
};

// A Swin transformer without its patch embedding: "layers.<stage>" from `first` on, the first of them without merging,
// "norm" and "head.fc". (N, side, side, embed_dim << first) to (N, outputs).
class SwinTrunk : public Layer {
 public:
  explicit SwinTrunk(const SwinTrunkOptions& options);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  std::vector<std::shared_ptr<SwinStage>> stages_;
  std::shared_ptr<SwinHead> head_;
};

}  // namespace jetvit
