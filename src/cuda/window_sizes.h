#pragma once

#include <cstdint>

#ifdef __CUDACC__
#define JETVIT_EVERYWHERE __host__ __device__
#else
#define JETVIT_EVERYWHERE
#endif

namespace jetvit {

constexpr int kAttentionWarps = 4;  // of a block of window attention

// The numbers of ops/window_attention.h, and what follows from them for the kernels.
struct WindowSizes {
  std::int64_t images;
  int heads, depth, side, window, shift;
  bool spread, heads_outermost;

  JETVIT_EVERYWHERE int count() const { return (side + window - 1) / window; }  // of windows along a side
  JETVIT_EVERYWHERE int windows() const { return count() * count(); }           // of an image
  JETVIT_EVERYWHERE int tokens() const { return window * window; }
  JETVIT_EVERYWHERE int channels() const { return heads * depth; }
  // The channel of qkv where query (0), key (1) or value (2) of a head begins.
  JETVIT_EVERYWHERE int first_channel(int head, int kind) const {
    return heads_outermost ? (3 * head + kind) * depth : kind * channels() + head * depth;
  }
  // Floats from one row of a matrix in shared memory to the next: an odd number, so that a column lies in all banks.
  JETVIT_EVERYWHERE int row() const { return depth | 1; }
  JETVIT_EVERYWHERE int score_row() const { return tokens() | 1; }
  JETVIT_EVERYWHERE int forward_floats() const { return 3 * tokens() * row() + kAttentionWarps * tokens(); }
  JETVIT_EVERYWHERE int backward_floats() const {
    return 4 * tokens() * row() + 2 * tokens() * score_row() + tokens() * tokens() + 3 * depth;
  }
};

}  // namespace jetvit
