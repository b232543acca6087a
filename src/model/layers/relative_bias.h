#pragma once

#include <cstdint>

#include "model/module.h"

namespace jetvit {

// Learned attention bias for each relative position in a window of side x side tokens (Shaw et al., arXiv:1803.02155;
// Swin, arXiv:2103.14030). Parameter "relative_position_bias_table": ((2 side - 1)^2, heads), for kMaxVit
// (heads, 2 side - 1, 2 side - 1) with offsets of the opposite sign.
class RelativeBias : public Module {
 public:
  enum class Table { kSwin, kMaxVit };
  RelativeBias(int side, int heads, Table table = Table::kSwin);
  at::Tensor forward() const;  // (1, heads, side^2, side^2)

 private:
  std::int64_t side_, tokens_, heads_;
  Table kind_;
  at::Tensor table_, index_;
};

}  // namespace jetvit
