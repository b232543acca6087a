#pragma once

#include <algorithm>

#include "cuda/launch.h"
#include "cuda/row_parts.cuh"
#include "cuda/stored_types.cuh"

// The grids and blocks of kernels that take parts of rows (row_parts.cuh).
namespace jetvit::cuda {

const dim3 kPartThreads(kWarp, kRowLanes);

inline dim3 grid_of_parts(const Rows& rows, std::int64_t parts) {
  return {blocks_for(rows.channels, kWarp), static_cast<unsigned>(parts)};
}

inline std::int64_t rows_of_part(std::int64_t rows, std::int64_t parts) {
  return (rows + parts - 1) / parts;
}

// Where no sums are taken.
inline std::int64_t parts_without_sums(std::int64_t rows) {
  constexpr std::int64_t kRowsOfBlock = 64;
  constexpr std::int64_t kMost = 65535;  // blocks of a grid in this direction
  return std::min(kMost, (rows + kRowsOfBlock - 1) / kRowsOfBlock);
}

}  // namespace jetvit::cuda
