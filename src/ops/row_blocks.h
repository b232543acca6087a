#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include "compute/stored_float.h"

namespace jetvit {

// An image tensor (N, C, H, W) in channels-last memory as a matrix: a row for each pixel, a column for each channel.
struct Rows {
  std::size_t rows, channels;

  explicit Rows(const at::Tensor& x)
      : rows(static_cast<std::size_t>(x.numel() / x.size(1))), channels(static_cast<std::size_t>(x.size(1))) {}
};

// Whether x is (N, C, H, W) with values, float32 or bfloat16, in channels-last memory, on any device.
inline bool is_channels_last_image(const at::Tensor& x) {
  return is_stored_float(x.scalar_type()) && x.dim() == 4 && x.numel() > 0 &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

// Of `parts` that together have `values` floats, how many are worth another thread: to start it takes as long as a pass
// over some ten thousand floats.
inline std::int64_t grain_of(std::int64_t parts, std::int64_t values) {
  constexpr std::int64_t kWorthAThread = 1 << 15;
  return std::max<std::int64_t>(1, parts * kWorthAThread / std::max<std::int64_t>(1, values));
}

// Calls body(block, first, last) for blocks of rows on the threads of ATen. The blocks do not depend on the number of
// threads: sums over blocks are the same for any.
inline constexpr std::size_t kBlockRows = 128;

inline std::size_t row_blocks(std::size_t rows) {
  return (rows + kBlockRows - 1) / kBlockRows;
}

template <class Body>
void for_each_row_block(std::size_t rows, Body body) {
  at::parallel_for(0, static_cast<std::int64_t>(row_blocks(rows)), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto block = static_cast<std::size_t>(begin); block < static_cast<std::size_t>(end); ++block) {
      body(block, block * kBlockRows, std::min(rows, (block + 1) * kBlockRows));
    }
  });
}

}  // namespace jetvit
