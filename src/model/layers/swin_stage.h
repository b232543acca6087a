#pragma once

#include <vector>

#include "model/layers/linear.h"
#include "model/layers/norm.h"

namespace jetvit {

struct SwinStageOptions {
  int in = 96;
  int out = 96;
  int side = 56;       // of the input image of tokens
  bool merge = false;  // first halve the image by merging 2 x 2 tokens to one
  int depth = 2;
  int heads = 3;
  int window = 7;  // side in tokens; limited to the side of the image
  double mlp_ratio = 4;
  double dropout = 0;
  std::vector<double> drop_path;  // one rate per block
};

// A stage of a Swin transformer (Liu et al., arXiv:2103.14030): "downsample" if it merges tokens, then blocks of window
// attention and an MLP. Every second block shifts the windows by half their size. (N, side, side, in) to (N, side',
// side', out).
class SwinStage : public Layer {
 public:
  explicit SwinStage(const SwinStageOptions& options);
  int side() const { return side_; }  // of the output image of tokens

 private:
  class PatchMerging;
  class Block;

  at::Tensor compute(const at::Tensor& x) const override;

  int side_;
  std::shared_ptr<PatchMerging> downsample_;
  std::vector<std::shared_ptr<Block>> blocks_;
};

// The head after the stages: "norm" over the channels, the mean over the tokens, "head.fc". (N, H, W, C) to (N,
// outputs).
class SwinHead : public Layer {
 public:
  SwinHead(int width, int outputs, double dropout);

 private:
  at::Tensor compute(const at::Tensor& x) const override;

  double dropout_;
  std::shared_ptr<LayerNorm> norm_;
  std::shared_ptr<Linear> fc_;
};

}  // namespace jetvit
