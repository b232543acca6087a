#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "jet/channels.h"

namespace jetvit {

// Non-zero pixels of one channel of one jet, in increasing order of the pixel index.
struct SparseChannel {
  std::span<const std::uint16_t> pixel;  // row * width + column
  std::span<const float> value;
};

// Images of many jets in compressed sparse row format, with one row per (jet, channel).
struct SparseImages {
  ImageShape shape;                      // height * width <= 65,536
  std::vector<std::uint64_t> offset{0};  // size() * channels + 1 positions in `pixel` and `value`
  std::vector<std::uint16_t> pixel;
  std::vector<float> value;

  std::size_t size() const {
    return shape.channels == 0 ? 0 : (offset.size() - 1) / static_cast<std::size_t>(shape.channels);
  }

  SparseChannel channel(std::size_t jet, int channel) const {
    const std::size_t row = jet * static_cast<std::size_t>(shape.channels) + static_cast<std::size_t>(channel);
    const std::size_t begin = offset[row];
    const std::size_t count = offset[row + 1] - begin;
    return {{pixel.data() + begin, count}, {value.data() + begin, count}};
  }

  void append(const SparseImages& other);  // throws Error if the shapes differ
};

}  // namespace jetvit
