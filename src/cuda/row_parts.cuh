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

  __device__ PartOfRows(std::int64_t rows, std::int64_t rows_of_part) : PartOfRows(blockIdx.x, rows, rows_of_part) {}

  // Where blockIdx.x counts more than the groups of channels.
  __device__ PartOfRows(unsigned group, std::int64_t rows, std::int64_t rows_of_part)
      : channel(static_cast<int>(group * kWarp + threadIdx.x)) {
    const std::int64_t begin = blockIdx.y * rows_of_part;
    first = begin + threadIdx.y;
    last = begin + rows_of_part < rows ? begin + rows_of_part : rows;
  }
};

// Adds up kSums numbers of the lanes of a block, in order, and writes them to sums (parts, kSums, channels).
template <int kSums>
__device__ inline void store_part(const float (&own)[kSums], float* sums, std::int64_t part, int channel,
                                  int channels) {
  static_assert(kSums <= kRowLanes, "a lane for each sum");
  __shared__ float of_lanes[kSums][kRowLanes][kWarp];
  for (int i = 0; i < kSums; ++i) of_lanes[i][threadIdx.y][threadIdx.x] = own[i];
  __syncthreads();
  if (threadIdx.y >= kSums || channel >= channels) return;
  float sum = 0;
  for (int lane = 0; lane < kRowLanes; ++lane) sum += of_lanes[threadIdx.y][lane][threadIdx.x];
  sums[(kSums * part + threadIdx.y) * channels + channel] = sum;
}

}  // namespace jetvit
