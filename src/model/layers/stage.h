#pragma once

#include <vector>

#include "base/text.h"
#include "model/layer.h"

namespace jetvit {

// A sequence of blocks of one type, with the names "<prefix>0", "<prefix>1" ...
template <class Block>
class Stage : public Layer {
 public:
  // make_block(index) returns a new block.
  template <class MakeBlock>
  Stage(int depth, MakeBlock make_block, const char* prefix = "blocks.") {
    for (int index = 0; index < depth; ++index) {
      blocks_.push_back(add_child(text(prefix, index), std::shared_ptr<Block>(make_block(index))));
    }
  }

 private:
  at::Tensor compute(const at::Tensor& x) const override {
    at::Tensor y = x;
    for (const auto& block : blocks_) y = block->forward(y);
    return y;
  }

  std::vector<std::shared_ptr<Block>> blocks_;
};

}  // namespace jetvit
