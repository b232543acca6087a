#pragma once

#include <cstddef>

#include "compute/vector_math.h"

// Vectors for the loops that a compiler does not vectorize by itself: sums, whose order it may not change. Always of
// sixteen floats, in one register of AVX-512 or in two of AVX2: the results are the same.
namespace jetvit {

inline constexpr std::size_t kLanes = 16;  // floats of a vector
using Vector __attribute__((vector_size(kLanes * sizeof(float)))) = float;
using HalfVector __attribute__((vector_size(kLanes / 2 * sizeof(float)))) = float;

// For processors without registers of sixteen floats, where GCC would keep each Vector in memory and load it for every
// operation.
struct VectorPair {
  HalfVector low, high;

  JETVIT_ALWAYS_INLINE VectorPair& operator+=(const VectorPair& other) {
    low += other.low;
    high += other.high;
    return *this;
  }
};
JETVIT_ALWAYS_INLINE VectorPair operator*(const VectorPair& a, const VectorPair& b) {
  return {a.low * b.low, a.high * b.high};
}
JETVIT_ALWAYS_INLINE VectorPair operator*(float a, const VectorPair& b) {
  return {a * b.low, a * b.high};
}

// Whether the clones for AVX-512 are those that run (JETVIT_VECTOR_CLONES): Vector is the faster then, else VectorPair.
inline bool has_whole_vectors() {
#if defined(__x86_64__)
  static const bool answer = [] {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
  }();
  return answer;
#else
  return false;
#endif
}

namespace lanes_detail {

using Quarter __attribute__((vector_size(kLanes / 4 * sizeof(float)))) = float;

// A vector at any address of a float.
template <class V>
struct __attribute__((packed, may_alias)) Unaligned {
  V values;
};

}  // namespace lanes_detail

JETVIT_ALWAYS_INLINE void load(const float* memory, Vector& to) {
  to = reinterpret_cast<const lanes_detail::Unaligned<Vector>*>(memory)->values;
}
JETVIT_ALWAYS_INLINE void load(const float* memory, HalfVector& to) {
  to = reinterpret_cast<const lanes_detail::Unaligned<HalfVector>*>(memory)->values;
}
JETVIT_ALWAYS_INLINE void load(const float* memory, VectorPair& to) {
  load(memory, to.low);
  load(memory + kLanes / 2, to.high);
}
JETVIT_ALWAYS_INLINE void store(const Vector& values, float* memory) {
  reinterpret_cast<lanes_detail::Unaligned<Vector>*>(memory)->values = values;
}
JETVIT_ALWAYS_INLINE void store(const HalfVector& values, float* memory) {
  reinterpret_cast<lanes_detail::Unaligned<HalfVector>*>(memory)->values = values;
}
JETVIT_ALWAYS_INLINE void store(const VectorPair& values, float* memory) {
  store(values.low, memory);
  store(values.high, memory + kLanes / 2);
}

inline std::size_t whole_lanes(std::size_t count) {
  return (count + kLanes - 1) / kLanes * kLanes;
}

JETVIT_ALWAYS_INLINE VectorPair halves(const VectorPair& values) {
  return values;
}
JETVIT_ALWAYS_INLINE VectorPair halves(const Vector& values) {
  return {__builtin_shufflevector(values, values, 0, 1, 2, 3, 4, 5, 6, 7),
          __builtin_shufflevector(values, values, 8, 9, 10, 11, 12, 13, 14, 15)};
}

// The sum of all lanes, in one order everywhere: halves are added to halves.
template <class V>
JETVIT_ALWAYS_INLINE float total(const V& values) {
  const VectorPair pair = halves(values);
  const HalfVector half = pair.low + pair.high;
  const lanes_detail::Quarter quarter =
      __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

namespace lanes_detail {

template <class V>
JETVIT_ALWAYS_INLINE float sum_by(const float* values, std::size_t count) {
  V sums{};
  for (std::size_t index = 0; index < count; index += kLanes) {
    V next;
    load(values + index, next);
    sums += next;
  }
  return total(sums);
}

template <class V>
JETVIT_ALWAYS_INLINE float sum_of_products_by(const float* a, const float* b, std::size_t count) {
  V sums{};
  for (std::size_t index = 0; index < count; index += kLanes) {
    V left, right;
    load(a + index, left);
    load(b + index, right);
    sums += left * right;
  }
  return total(sums);
}

// From two rows: their first halves interleaved, and their second halves.
JETVIT_ALWAYS_INLINE void interleave(const Vector& a, const Vector& b, Vector* to) {
  to[0] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  to[1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
JETVIT_ALWAYS_INLINE void interleave(const HalfVector& a, const HalfVector& b, HalfVector* to) {
  to[0] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  to[1] = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// The transpose of as many rows as a register has lanes: in each of log2(rows) steps, the rows of both halves are
// interleaved.
template <class Register>
JETVIT_ALWAYS_INLINE void transpose_registers(const float* from, std::size_t from_step, std::size_t count, float* to,
                                              std::size_t to_step) {
  constexpr std::size_t kRows = sizeof(Register) / sizeof(float);
  Register rows[kRows] = {};
  for (std::size_t row = 0; row < kRows && row < count; ++row) load(from + row * from_step, rows[row]);
#pragma GCC unroll 4
  for (std::size_t halved = kRows; halved > 1; halved /= 2) {
    Register mixed[kRows];
#pragma GCC unroll 8
    for (std::size_t row = 0; row < kRows / 2; ++row) interleave(rows[row], rows[row + kRows / 2], mixed + 2 * row);
#pragma GCC unroll 16
    for (std::size_t row = 0; row < kRows; ++row) rows[row] = mixed[row];
  }
#pragma GCC unroll 16
  for (std::size_t row = 0; row < kRows; ++row) store(rows[row], to + row * to_step);
}

}  // namespace lanes_detail

// The sum of `count` floats, a multiple of the lanes.
JETVIT_ALWAYS_INLINE float sum_of(const float* values, std::size_t count) {
  return has_whole_vectors() ? lanes_detail::sum_by<Vector>(values, count)
                             : lanes_detail::sum_by<VectorPair>(values, count);
}

// The sum of the products of the elements of two rows.
JETVIT_ALWAYS_INLINE float sum_of_products(const float* a, const float* b, std::size_t count) {
  return has_whole_vectors() ? lanes_detail::sum_of_products_by<Vector>(a, b, count)
                             : lanes_detail::sum_of_products_by<VectorPair>(a, b, count);
}

// The largest of `count` floats, a multiple of the lanes.
JETVIT_ALWAYS_INLINE float maximum_of(const float* values, std::size_t count) {
  HalfVector half, other;
  load(values, half);
  for (std::size_t index = kLanes / 2; index < count; index += kLanes / 2) {
    load(values + index, other);
    half = half > other ? half : other;
  }
  const lanes_detail::Quarter first = __builtin_shufflevector(half, half, 0, 1, 2, 3);
  const lanes_detail::Quarter second = __builtin_shufflevector(half, half, 4, 5, 6, 7);
  const lanes_detail::Quarter quarter = first > second ? first : second;
  const float even = quarter[0] > quarter[2] ? quarter[0] : quarter[2];
  const float odd = quarter[1] > quarter[3] ? quarter[1] : quarter[3];
  return even > odd ? even : odd;
}

// The transpose of a matrix of kLanes columns and up to as many rows; missing rows are zeros.
JETVIT_ALWAYS_INLINE void transpose_block(const float* from, std::size_t from_step, std::size_t count, float* to,
                                          std::size_t to_step) {
  if (has_whole_vectors()) {
    lanes_detail::transpose_registers<Vector>(from, from_step, count, to, to_step);
    return;
  }
  constexpr std::size_t kHalf = kLanes / 2;
  for (std::size_t row = 0; row < kLanes; row += kHalf) {
    const std::size_t rows = count > row ? count - row : 0;
    for (std::size_t column = 0; column < kLanes; column += kHalf) {
      lanes_detail::transpose_registers<HalfVector>(from + row * from_step + column, from_step, rows,
                                                    to + column * to_step + row, to_step);
    }
  }
}

}  // namespace jetvit
