#pragma once

#include <vector>

#include "base/text.h"
#include "model/module.h"

namespace jetvit {

// Blocks of one kind in a row, "blocks.0" and so on.
template <class Block>
class Stage : public Module {
 public:
  // make_block(index) returns a new block.
  template <class MakeBlock>
  Stage(int depth, MakeBlock make_block) {
    for (int index = 0; index < depth; ++index) {
      blocks_.push_back(add_child(text("blocks.", index), std::shared_ptr<Block>(make_block(index))));
    }
  }

  at::Tensor forward(at::Tensor x) const {
    for (const auto& block : blocks_) x = block->forward(x);
    return x;
  }

 private:
  std::vector<std::shared_ptr<Block>> blocks_;
};

}  // namespace jetvit
