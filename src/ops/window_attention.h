#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// The windows of window x window tokens that tile a square image of tokens, the last ones filled up with tokens of
// zeros. With a shift the image is first moved by so many tokens up and left, around its edges; tokens that only this
// brought together do not see each other (Swin, arXiv:2103.14030). Where they are spread, the tokens of a window do not
// lie side by side but evenly over the image (the grid of MaxViT, arXiv:2204.01697): for a window that divides the
// side, and no shift.
struct WindowGrid {
  std::int64_t side = 1, window = 1, shift = 0;
  bool spread = false;

  std::int64_t count() const { return (side + window - 1) / window; }  // of windows along a side
  std::int64_t tokens() const { return window * window; }              // of a window
  // In the image, along a side, where nothing is shifted.
  std::int64_t place(std::int64_t window_index, std::int64_t token) const {
    return spread ? token * count() + window_index : window_index * window + token;
  }
};

struct AttentionHeads {
  std::int64_t count = 1;
  bool outermost = false;  // among the channels of a token: (heads, 3, C / heads) rather than (3, heads, C / heads)
};

// Multi-head attention inside each window. qkv (N, side, side, 3 C) holds query, key and value of each token, each of
// them heads x C / heads; `padding` (3 C) is what stands for a token of zeros, or undefined where the windows tile the
// image; `bias` (heads, query, key) is added to the scores, or undefined. Returns (N, side, side, C) in the order of
// the image.
//
// On the CPU the tokens of a window are gathered from where they lie and the scores never leave the cache: qkv is read
// once and the result written once. It takes qkv in float32 or bfloat16, with padding and bias in float32, and computes
// in float32. The numbers do not depend on the number of threads. Anything else goes through the operators of ATen,
// with copies in the order of the windows; of a tensor without values (device "meta") the shape is worked out.
at::Tensor window_attention(const at::Tensor& qkv, const at::Tensor& padding, const at::Tensor& bias,
                            const AttentionHeads& heads, const WindowGrid& grid);

}  // namespace jetvit
