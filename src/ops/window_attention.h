#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// The windows of window x window tokens that tile a square image of tokens, the last ones filled up with tokens of
// zeros. With a shift the image is first moved by so many tokens up and left, around its edges; tokens that only this
// brought together do not see each other (Swin, arXiv:2103.14030).
struct WindowGrid {
  std::int64_t side = 1, window = 1, shift = 0;

  std::int64_t count() const { return (side + window - 1) / window; }  // of windows along a side
  std::int64_t tokens() const { return window * window; }              // of a window
};

// Multi-head attention inside each window. qkv (N, side, side, 3 C) holds query, key and value of each token, each of
// them heads x C / heads; `padding` (3 C) is what stands for a token of zeros; `bias` (heads, query, key) is added to
// the scores, or undefined. Returns (N, side, side, C) in the order of the image.
//
// In float32 on the CPU the tokens of a window are gathered from where they lie and the scores never leave the cache:
// qkv is read once and the result written once. The numbers do not depend on the number of threads. Anything else goes
// through the operators of ATen, with copies in the order of the windows.
at::Tensor window_attention(const at::Tensor& qkv, const at::Tensor& padding, const at::Tensor& bias,
                            std::int64_t heads, const WindowGrid& grid);

}  // namespace jetvit
