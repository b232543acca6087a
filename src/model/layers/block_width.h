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

}  // namespace jetvit
