#pragma once

#include <cstdint>

#include "model/module.h"

namespace jetvit {

// Learned attention bias by relative position in a window of side x side tokens (Shaw et al.; Swin, arXiv:2103.14030).
// Parameter "relative_position_bias_table": ((2 side - 1)^2, heads), or of kMaxVit (heads, 2 side - 1, 2 side - 1) with
// the offsets counted the other way round.
class RelativeBias : public Module {
 public:
  enum class Table { kSwin, kMaxVit };
  RelativeBias(int side, int heads, Table table = Table::kSwin);
  at::Tensor forward() const;  // (1, heads, side^2, side^2)

 private:
  std::int64_t tokens_, heads_;
  Table kind_;
  at::Tensor table_, index_;
};

}  // namespace jetvit
