#pragma once

#include "model/module.h"

namespace jetvit {

// Learned attention bias by relative position in a window of side x side tokens (Shaw et al.; Swin, arXiv:2103.14030).
// Parameter "relative_position_bias_table" ((2 side - 1)^2, heads).
class RelativeBias : public Module {
 public:
  RelativeBias(int side, int heads);
  at::Tensor forward() const;  // (1, heads, side^2, side^2)

 private:
  int tokens_, heads_;
  at::Tensor table_, index_;
};

}  // namespace jetvit
