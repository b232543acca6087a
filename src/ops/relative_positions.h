#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace jetvit {

// How the offset of two tokens in a window is counted: that of the key from the query, or of the query from the key.
enum class Offset { kQueryFromKey, kKeyFromQuery };

// The values of a table of relative positions for each pair of tokens of a window of side x side. The gradient of the
// table is summed in a fixed order, on any device; that of index_select is not on GPUs.
// table: (heads, (2 side - 1)^2), row by row; index: (side^4) int64, on the device of the table, the place of each pair
// of query and key in it. Returns (heads, side^2, side^2).
at::Tensor relative_positions(const at::Tensor& table, const at::Tensor& index, std::int64_t side, Offset offset);

}  // namespace jetvit
