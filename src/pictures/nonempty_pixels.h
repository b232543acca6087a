#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace jetvit {

// The values of the lanes (bytes or floats) of a picture where the detector is empty. They repeat every 96 bytes, which
// is a multiple of the vector size and of the pixel size for one and for three colors.
template <class Lane>
using EmptyPixels = std::array<Lane, 96 / sizeof(Lane)>;

// Calls visit(index) for each lane whose bits differ from the empty ones, in increasing order. Nearly all lanes of a
// jet image are empty, so they are skipped in blocks of vectors.
template <class Lane, class Visit>
void visit_nonempty_pixels(const Lane* lanes, std::size_t count, const EmptyPixels<Lane>& empty, Visit visit) {
  using Vector __attribute__((vector_size(16))) = std::uint64_t;
  constexpr std::size_t kStep = EmptyPixels<Lane>().size();
  constexpr std::size_t kVectors = sizeof(empty) / sizeof(Vector);
  constexpr std::size_t kWordLanes = sizeof(std::uint64_t) / sizeof(Lane);
  constexpr std::uint64_t kLaneMask = ~std::uint64_t{0} >> (64 - 8 * sizeof(Lane));
  static_assert(std::endian::native == std::endian::little, "the first lane is in the low bits of a word");
  Vector expected[kVectors];
  std::memcpy(expected, empty.data(), sizeof(empty));
  const auto is_empty = [&expected](const Lane* block) {
    Vector differ{};
    for (std::size_t index = 0; index < kVectors; ++index) {
      Vector vector;
      std::memcpy(&vector, block + index * sizeof(Vector) / sizeof(Lane), sizeof(Vector));
      differ |= vector ^ expected[index];
    }
    return (differ[0] | differ[1]) == 0;
  };
  const auto visit_block = [&](const Lane* block, std::size_t begin) {
    for (std::size_t first = 0; first < kStep; first += kWordLanes) {
      std::uint64_t word;
      std::uint64_t of_empty;
      std::memcpy(&word, block + first, sizeof(word));
      std::memcpy(&of_empty, empty.data() + first, sizeof(of_empty));
      for (std::uint64_t differ = word ^ of_empty; differ != 0;) {
        const auto lane = static_cast<std::size_t>(std::countr_zero(differ)) / (8 * sizeof(Lane));
        differ &= ~(kLaneMask << (8 * sizeof(Lane) * lane));
        visit(begin + first + lane);
      }
    }
  };
  std::size_t begin = 0;
  for (; begin + kStep <= count; begin += kStep) {
    if (!is_empty(lanes + begin)) visit_block(lanes + begin, begin);
  }
  EmptyPixels<Lane> tail = empty;
  std::copy_n(lanes + begin, count - begin, tail.begin());
  visit_block(tail.data(), begin);
}

}  // namespace jetvit
