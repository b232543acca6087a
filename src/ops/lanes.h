#pragma once

#include <cstddef>

#include "ops/vector_math.h"

// Vectors for the loops that a compiler does not vectorise by itself: sums, whose order it may not change. Where the
// processor has shorter ones the compiler takes several.
namespace jetvit {

inline constexpr std::size_t kLanes = 16;  // floats of a vector
using Vector __attribute__((vector_size(kLanes * sizeof(float)))) = float;

// A vector at any address of a float.
struct __attribute__((packed, may_alias)) Lanes {
  Vector values;
};
JETVIT_ALWAYS_INLINE const Lanes& lanes(const float* at) {
  return *reinterpret_cast<const Lanes*>(at);
}
JETVIT_ALWAYS_INLINE Lanes& lanes(float* at) {
  return *reinterpret_cast<Lanes*>(at);
}

inline std::size_t whole_lanes(std::size_t count) {
  return (count + kLanes - 1) / kLanes * kLanes;
}

namespace lanes_detail {

using Half __attribute__((vector_size(8 * sizeof(float)))) = float;
using Quarter __attribute__((vector_size(4 * sizeof(float)))) = float;

}  // namespace lanes_detail

// Of all lanes, in one order everywhere: halves upon halves.
JETVIT_ALWAYS_INLINE float total(const Vector& values) {
  const lanes_detail::Half half = __builtin_shufflevector(values, values, 0, 1, 2, 3, 4, 5, 6, 7) +
                                  __builtin_shufflevector(values, values, 8, 9, 10, 11, 12, 13, 14, 15);
  const lanes_detail::Quarter quarter =
      __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

JETVIT_ALWAYS_INLINE float maximum(const Vector& values) {
  const lanes_detail::Half low = __builtin_shufflevector(values, values, 0, 1, 2, 3, 4, 5, 6, 7);
  const lanes_detail::Half high = __builtin_shufflevector(values, values, 8, 9, 10, 11, 12, 13, 14, 15);
  const lanes_detail::Half half = low > high ? low : high;
  const lanes_detail::Quarter first = __builtin_shufflevector(half, half, 0, 1, 2, 3);
  const lanes_detail::Quarter second = __builtin_shufflevector(half, half, 4, 5, 6, 7);
  const lanes_detail::Quarter quarter = first > second ? first : second;
  const float even = quarter[0] > quarter[2] ? quarter[0] : quarter[2];
  const float odd = quarter[1] > quarter[3] ? quarter[1] : quarter[3];
  return even > odd ? even : odd;
}

// The sum of `count` floats, a multiple of the lanes.
JETVIT_ALWAYS_INLINE float sum_of(const float* values, std::size_t count) {
  Vector sums{};
  for (std::size_t index = 0; index < count; index += kLanes) sums += lanes(values + index).values;
  return total(sums);
}

// And of the products of two rows.
JETVIT_ALWAYS_INLINE float sum_of_products(const float* a, const float* b, std::size_t count) {
  Vector sums{};
  for (std::size_t index = 0; index < count; index += kLanes) sums += lanes(a + index).values * lanes(b + index).values;
  return total(sums);
}

// The transpose of a matrix of kLanes columns and up to as many rows, which zeros stand for where there are fewer: four
// times the rows of both halves are interleaved.
JETVIT_ALWAYS_INLINE void transpose_block(const float* from, std::size_t from_step, std::size_t count, float* to,
                                          std::size_t to_step) {
  Vector rows[kLanes] = {};
  for (std::size_t row = 0; row < count; ++row) rows[row] = lanes(from + row * from_step).values;
  for (int round = 0; round < 4; ++round) {
    Vector mixed[kLanes];
    for (std::size_t row = 0; row < kLanes / 2; ++row) {
      const Vector& a = rows[row];
      const Vector& b = rows[row + kLanes / 2];
      mixed[2 * row] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      mixed[2 * row + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    for (std::size_t row = 0; row < kLanes; ++row) rows[row] = mixed[row];
  }
  for (std::size_t row = 0; row < kLanes; ++row) lanes(to + row * to_step).values = rows[row];
}

}  // namespace jetvit
