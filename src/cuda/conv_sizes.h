#pragma once

#include <cstdint>

namespace jetvit {

// A depthwise convolution of images (N, H, W, C) with windows as in ops/depthwise_conv.h (ConvWindows).
struct ConvSizes {
  std::int64_t images;
  int channels, height, width;           // of x
  int top, left, out_height, out_width;  // of the windows
};

}  // namespace jetvit
