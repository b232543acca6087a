#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/error.h"

namespace jetvit {

// Decodes `count` values of Parquet's run-length / bit-packed hybrid encoding. Calls on_run(value, n) for a value that
// is repeated n times, and on_group(bytes, n) for each group of eight packed values, of which the first n are used. The
// eight bytes after a group are readable, as unpack_group() and LaneUnpacker require. Throws Error if the bytes end too
// early or are damaged.
template <class OnRun, class OnGroup>
void walk_hybrid(std::span<const std::byte> bytes, int bit_width, std::size_t count, OnRun on_run, OnGroup on_group) {
  if (bit_width < 0 || bit_width > 32) throw Error("a page states an impossible bit width");
  const auto* at = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto* end = at + bytes.size();
  const std::uint64_t mask = bit_width == 0 ? 0 : ~std::uint64_t{0} >> (64 - bit_width);
  while (count > 0) {
    std::uint64_t head = 0;
    for (int shift = 0;; shift += 7) {
      if (at == end || shift > 56) throw Error("a page's runs are cut short");
      head |= static_cast<std::uint64_t>(*at & 0x7f) << shift;
      if ((*at++ & 0x80) == 0) break;
    }
    if ((head & 1) == 0) {
      const auto bytes_of_value = static_cast<std::ptrdiff_t>((bit_width + 7) / 8);
      if (end - at < bytes_of_value) throw Error("a page's runs are cut short");
      std::uint32_t value = 0;
      std::memcpy(&value, at, static_cast<std::size_t>(bytes_of_value));
      at += bytes_of_value;
      const std::size_t length = std::min<std::uint64_t>(head >> 1, count);
      if (length == 0) throw Error("a page holds an empty run");
      on_run(static_cast<std::uint32_t>(value & mask), length);
      count -= length;
      continue;
    }
    // Groups of eight values in bit_width bytes each.
    std::uint64_t groups = head >> 1;
    if (groups == 0) throw Error("a page holds an empty run");
    for (; groups > 0 && count > 0; --groups) {
      if (end - at < bit_width) throw Error("a page's runs are cut short");
      const std::size_t used = std::min<std::size_t>(8, count);
      if (end - at < bit_width + 8) {  // eight more bytes would exceed the data
        std::uint8_t padded[40] = {};
        std::memcpy(padded, at, static_cast<std::size_t>(bit_width));
        on_group(static_cast<const std::uint8_t*>(padded), used);
      } else {
        on_group(at, used);
      }
      at += bit_width;
      count -= used;
    }
  }
}

// Unpacks the eight values of a group of walk_hybrid().
inline std::array<std::uint32_t, 8> unpack_group(const std::uint8_t* group, int bit_width) {
  const std::uint64_t mask = bit_width == 0 ? 0 : ~std::uint64_t{0} >> (64 - bit_width);
  std::array<std::uint32_t, 8> values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t bit = i * static_cast<std::size_t>(bit_width);
    std::uint64_t word = 0;
    std::memcpy(&word, group + bit / 8, sizeof(word));
    values[i] = static_cast<std::uint32_t>((word >> (bit % 8)) & mask);
  }
  return values;
}

// Same for widths up to 16. It returns 16-bit lanes, four per word, so that one comparison checks four values.
class LaneUnpacker {
 public:
  static constexpr int kMaxWidth = 16;

  explicit LaneUnpacker(int bit_width) : half_(bit_width / 2), odd_(bit_width % 2 * 4), spread_(16 - bit_width) {
    const std::uint64_t lane = (std::uint64_t{1} << bit_width) - 1;
    for (int i = 0; i < 4; ++i) mask_[i] = lane << (16 * i);
  }

  std::array<std::uint64_t, 2> operator()(const std::uint8_t* group) const {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::memcpy(&low, group, sizeof(low));
    std::memcpy(&high, group + half_, sizeof(high));
    return {spread(low), spread(high >> odd_)};
  }

 private:
  std::uint64_t spread(std::uint64_t packed) const {
    return (packed & mask_[0]) | (packed << spread_ & mask_[1]) | (packed << 2 * spread_ & mask_[2]) |
           (packed << 3 * spread_ & mask_[3]);
  }

  int half_;    // bytes before the word with the fifth value
  int odd_;     // bits of that word before the fifth value
  int spread_;  // shift that turns packed values into lanes
  std::uint64_t mask_[4];
};

}  // namespace jetvit
