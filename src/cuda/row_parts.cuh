#pragma once

#include <cstdint>

#include "cuda/kernel_language.h"

// Sums over the rows of a matrix (rows, channels), taken in parts. Blocks of (kWarp, kRowLanes) threads: the 32 threads
// of a warp take 32 adjacent channels, blockIdx.x counts groups of channels, blockIdx.y parts of the rows.
namespace jetvit {

constexpr int kRowLanes = 8;  // rows that a block reads at once

// The rows of a block's part, and the channel of a thread.
struct PartOfRows {
  int channel;
  std::int64_t first, last;  // first: of this thread, which takes every kRowLanes-th row

  __device__ PartOfRows(std::int64_t rows, std::int64_t rows_of_part)
      : channel(static_cast<int>(blockIdx.x * kWarp + threadIdx.x)) {
    const std::int64_t begin = blockIdx.y * rows_of_part;
    first = begin + threadIdx.y;
    last = begin + rows_of_part < rows ? begin + rows_of_part : rows;
  }
};

// Adds up two numbers of the lanes of a block, in order, and writes them to sums (parts, 2, channels).
__device__ inline void store_part(float a, float b, float* sums, int channel, int channels) {
  __shared__ float of_lanes[2][kRowLanes][kWarp];
  of_lanes[0][threadIdx.y][threadIdx.x] = a;
  of_lanes[1][threadIdx.y][threadIdx.x] = b;
  __syncthreads();
  if (threadIdx.y > 1 || channel >= channels) return;
  float sum = 0;
  for (int lane = 0; lane < kRowLanes; ++lane) sum += of_lanes[threadIdx.y][lane][threadIdx.x];
  sums[(2 * std::int64_t{blockIdx.y} + threadIdx.y) * channels + channel] = sum;
}

}  // namespace jetvit
