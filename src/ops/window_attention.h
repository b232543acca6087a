#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// The windows of window x window tokens that tile a square image of tokens; the last ones are padded with tokens of
// zeros. With a shift the image is first rolled by so many tokens up and left; tokens that are neighbors only by this
// do not attend to each other (Swin, arXiv:2103.14030). With `spread`, the tokens of a window are not adjacent but
// spread evenly over the image (the grid of MaxViT, arXiv:2204.01697): for a window that divides the side, and no
// shift.
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
// them heads x C / heads; `padding` (3 C) is qkv of a token of zeros, or undefined where the windows tile the image;
// `bias` (heads, query, key) is added to the scores, or undefined. Returns (N, side, side, C) in the order of the image
// and in the dtype of qkv. Differentiable in qkv, padding and bias. Throws c10::Error where shapes do not fit.
//
// With qkv in float32 or bfloat16, padding and bias in float32, windows of up to 256 tokens (on a GPU 64, and 32
// channels a head), on a device with a kernel, the tokens of a window are gathered from their places in the image and
// the scores never leave the cache: qkv is read once and the result written once. It computes in float32, and the
// numbers are the same for any number of threads. Anything else goes through window_attention_composite. For a tensor
// without values (device "meta") the shape is worked out.
at::Tensor window_attention(const at::Tensor& qkv, const at::Tensor& padding, const at::Tensor& bias,
                            const AttentionHeads& heads, const WindowGrid& grid);

}  // namespace jetvit
