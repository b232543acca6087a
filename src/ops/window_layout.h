#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "ops/window_attention.h"

// What the kernels of window_attention for the CPU work on: the places of the windows' tokens, and the matrices of one
// head in one window.
namespace jetvit {

// Added to the scores of tokens that do not attend to each other, as in timm's Swin.
constexpr float kMasked = -100;

// Which tokens of each window belonged together before the shift: equal numbers. (windows, tokens)
at::Tensor window_regions(const WindowGrid& grid, at::Device device);

// Sizes of the problem, and for each window the positions of its tokens in the image (kPadding for none) and their
// regions.
struct WindowLayout {
  static constexpr std::int64_t kPadding = -1;

  std::size_t images, heads, channels, pixels, windows, tokens, depth;
  std::size_t token_step, depth_step;   // rows of the local matrices, padded to whole vectors
  std::size_t head_step, kind_step;     // channels from one head to the next, and from query to key to value
  std::vector<std::int64_t> positions;  // [window][token]
  std::vector<std::int64_t> region;     // [window][token], empty without a shift

  WindowLayout(const at::Tensor& qkv, const AttentionHeads& attention_heads, const WindowGrid& grid);

  // Null for a window whose tokens all belong together.
  const std::int64_t* region_of(std::size_t window) const {
    if (region.empty()) return nullptr;
    const std::int64_t* first = region.data() + window * tokens;
    return std::equal(first + 1, first + tokens, first) ? nullptr : first;
  }

  float scale() const { return 1.0F / std::sqrt(static_cast<float>(depth)); }  // of the queries

  // Images fall into blocks that do not depend on the number of threads: sums over them neither.
  static constexpr std::size_t kBlocks = 8;
  std::size_t blocks() const { return std::min(images, kBlocks); }
};

// The matrices of one head in one window, all of them small enough for the cache.
struct WindowScratch {
  std::vector<float> q, k, v;         // (tokens, depth), q scaled
  std::vector<float> transposed;      // of k or v: (depth, tokens)
  std::vector<float> weights;         // (query, key)
  std::vector<float> y;               // (tokens, depth): the result or its gradient
  std::vector<float> score_gradient;  // (query, key)
  std::vector<float> out;             // (tokens, depth)
  std::vector<float> of_row;          // a number for each query

  explicit WindowScratch(const WindowLayout& layout);
};

}  // namespace jetvit
