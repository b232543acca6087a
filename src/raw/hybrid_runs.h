#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/error.h"

namespace jetvit {

inline constexpr std::size_t kHybridBlock = 512;

// Walks Parquet's run-length / bit-packed hybrid: calls on_run(value, count) for repeated values and on_packed(values,
// count) for stretches of up to kHybridBlock unpacked ones, until `count` values were seen. Throws Error where the
// bytes end before.
template <class OnRun, class OnPacked>
void walk_hybrid(std::span<const std::byte> bytes, int bit_width, std::size_t count, OnRun on_run, OnPacked on_packed) {
  if (bit_width < 0 || bit_width > 32) throw Error("a page states an impossible bit width");
  const auto* at = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto* end = at + bytes.size();
  const std::uint64_t mask = bit_width == 0 ? 0 : ~std::uint64_t{0} >> (64 - bit_width);
  std::uint32_t block[kHybridBlock];
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
    while (groups > 0 && count > 0) {
      std::size_t filled = 0;
      for (; groups > 0 && filled < kHybridBlock && filled < count; --groups, filled += 8) {
        if (end - at < bit_width) throw Error("a page's runs are cut short");
        const std::uint8_t* group = at;
        std::uint8_t padded[40] = {};
        if (end - at < bit_width + 8) {  // the loads below would pass the end
          std::memcpy(padded, at, static_cast<std::size_t>(bit_width));
          group = padded;
        }
        for (std::size_t i = 0; i < 8; ++i) {
          const std::size_t bit = i * static_cast<std::size_t>(bit_width);
          std::uint64_t word = 0;
          std::memcpy(&word, group + bit / 8, sizeof(word));
          block[filled + i] = static_cast<std::uint32_t>((word >> (bit % 8)) & mask);
        }
        at += bit_width;
      }
      const std::size_t used = std::min(filled, count);
      on_packed(static_cast<const std::uint32_t*>(block), used);
      count -= used;
    }
  }
}

}  // namespace jetvit
