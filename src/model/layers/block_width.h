#pragma once

#include <algorithm>

// Numbers of channels inside a block, as multiples of its width. Rounded as in timm.
namespace jetvit {

// The hidden layer of an MLP.
inline int mlp_width(int width, double ratio) {
  return static_cast<int>(width * ratio);
}

// The depthwise convolution of an inverted bottleneck: the nearest multiple of 8, or the next larger one if that is
// less than nine tenths of width * ratio.
inline int bottleneck_width(int width, double ratio) {
  constexpr int kMultiple = 8;
  const double wanted = width * ratio;
  const int nearest = std::max(kMultiple, static_cast<int>(wanted + 0.5 * kMultiple) / kMultiple * kMultiple);
  return nearest < 0.9 * wanted ? nearest + kMultiple : nearest;
}

// The squeeze-excite of a CoAtNet or MaxViT: width * ratio, truncated to an integer. If that is 0, timm uses a
// sixteenth of the depthwise convolution, rounded to a multiple of 8 and at least 8. For such narrow blocks this is
// always 8.
inline int squeeze_width(int width, double ratio) {
  constexpr int kLeast = 8;
  const int width_inside = static_cast<int>(width * ratio);
  return width_inside > 0 ? width_inside : kLeast;
}

}  // namespace jetvit
