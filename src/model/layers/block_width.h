#pragma once

#include <algorithm>

// Channels inside a block as multiples of its width, in timm's roundings.
namespace jetvit {

// Between the two layers of an MLP.
inline int mlp_width(int width, double ratio) {
  return static_cast<int>(width * ratio);
}

// Of the depthwise convolution of an inverted bottleneck: the nearest multiple of 8, or the next one where that would
// leave less than nine tenths.
inline int bottleneck_width(int width, double ratio) {
  constexpr int kMultiple = 8;
  const double wanted = width * ratio;
  const int nearest = std::max(kMultiple, static_cast<int>(wanted + 0.5 * kMultiple) / kMultiple * kMultiple);
  return nearest < 0.9 * wanted ? nearest + kMultiple : nearest;
}

// Of a CoAtNet's or MaxViT's squeeze-excite, `ratio` times `width` cut to an integer. Where that leaves none, timm
// takes a sixteenth of the depthwise convolution, the nearest multiple of 8 and no less than 8: 8 for all that narrow.
inline int squeeze_width(int width, double ratio) {
  constexpr int kLeast = 8;
  const int width_inside = static_cast<int>(width * ratio);
  return width_inside > 0 ? width_inside : kLeast;
}

}  // namespace jetvit
