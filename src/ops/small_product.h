#pragma once

#include <cstddef>

#include "ops/vector_math.h"

namespace jetvit {

// A matrix for small_product: element (row, column) lies at values[row * row_step + column * column_step].
struct SmallMatrix {
  const float* values;
  std::size_t row_step, column_step;
};

namespace small_product_detail {

inline constexpr std::size_t kLanes = 8;  // floats of a vector
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

// Rows x Vectors * kLanes elements of C, held in registers throughout.
template <std::size_t Rows, std::size_t Vectors>
JETVIT_ALWAYS_INLINE void tile(const float* a, std::size_t row_step, std::size_t column_step, const float* b,
                               std::size_t b_step, float* c, std::size_t c_step, std::size_t depth, bool add) {
  Vector sums[Rows][Vectors];
  for (std::size_t row = 0; row < Rows; ++row) {
    for (std::size_t v = 0; v < Vectors; ++v) {
      sums[row][v] = add ? lanes(c + row * c_step + v * kLanes).values : Vector{};
    }
  }
  for (std::size_t k = 0; k < depth; ++k) {
    Vector right[Vectors];
    for (std::size_t v = 0; v < Vectors; ++v) right[v] = lanes(b + k * b_step + v * kLanes).values;
    for (std::size_t row = 0; row < Rows; ++row) {
      const float left = a[row * row_step + k * column_step];
      for (std::size_t v = 0; v < Vectors; ++v) sums[row][v] += left * right[v];
    }
  }
  for (std::size_t row = 0; row < Rows; ++row) {
    for (std::size_t v = 0; v < Vectors; ++v) lanes(c + row * c_step + v * kLanes).values = sums[row][v];
  }
}

template <std::size_t Rows>
JETVIT_ALWAYS_INLINE void row_band(const float* a, std::size_t row_step, std::size_t column_step, const float* b,
                                   std::size_t b_step, float* c, std::size_t c_step, std::size_t depth,
                                   std::size_t columns, bool add) {
  std::size_t column = 0;
  for (; column + 2 * kLanes <= columns; column += 2 * kLanes) {
    tile<Rows, 2>(a, row_step, column_step, b + column, b_step, c + column, c_step, depth, add);
  }
  if (column < columns) tile<Rows, 1>(a, row_step, column_step, b + column, b_step, c + column, c_step, depth, add);
}

}  // namespace small_product_detail

// C = A B, or C += A B: A (rows, depth) in any order, B (depth, columns) and C (rows, columns) with their rows b_step
// and c_step apart. `columns` is a multiple of 8, which the steps of B and C leave room for. For matrices that lie in
// the cache: nothing is packed. To be inlined into a function with JETVIT_VECTOR_CLONES.
JETVIT_ALWAYS_INLINE void small_product(const SmallMatrix& a, const float* b, std::size_t b_step, float* c,
                                        std::size_t c_step, std::size_t rows, std::size_t depth, std::size_t columns,
                                        bool add) {
  namespace detail = small_product_detail;
  std::size_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    detail::row_band<4>(a.values + row * a.row_step, a.row_step, a.column_step, b, b_step, c + row * c_step, c_step,
                        depth, columns, add);
  }
  for (; row < rows; ++row) {
    detail::row_band<1>(a.values + row * a.row_step, a.row_step, a.column_step, b, b_step, c + row * c_step, c_step,
                        depth, columns, add);
  }
}

}  // namespace jetvit
