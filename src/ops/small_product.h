#pragma once

#include <cstddef>

#include "ops/lanes.h"

namespace jetvit {

// A matrix for small_product: element (row, column) lies at values[row * row_step + column * column_step].
struct SmallMatrix {
  const float* values;
  std::size_t row_step, column_step;
};

namespace small_product_detail {

// Rows x kLanes elements of C, held in registers throughout.
template <std::size_t Rows>
JETVIT_ALWAYS_INLINE void tile(const float* a, std::size_t row_step, std::size_t column_step, const float* b,
                               std::size_t b_step, float* c, std::size_t c_step, std::size_t depth, bool add) {
  Vector sums[Rows];
  for (std::size_t row = 0; row < Rows; ++row) sums[row] = add ? lanes(c + row * c_step).values : Vector{};
  for (std::size_t k = 0; k < depth; ++k) {
    const Vector right = lanes(b + k * b_step).values;
    for (std::size_t row = 0; row < Rows; ++row) sums[row] += a[row * row_step + k * column_step] * right;
  }
  for (std::size_t row = 0; row < Rows; ++row) lanes(c + row * c_step).values = sums[row];
}

// As many rows as fit; returns the first that is left.
template <std::size_t Rows>
JETVIT_ALWAYS_INLINE std::size_t row_bands(std::size_t first, const SmallMatrix& a, const float* b, std::size_t b_step,
                                           float* c, std::size_t c_step, std::size_t rows, std::size_t depth,
                                           std::size_t columns, bool add) {
  for (; first + Rows <= rows; first += Rows) {
    const float* left = a.values + first * a.row_step;
    for (std::size_t column = 0; column < columns; column += kLanes) {
      tile<Rows>(left, a.row_step, a.column_step, b + column, b_step, c + first * c_step + column, c_step, depth, add);
    }
  }
  return first;
}

}  // namespace small_product_detail

// C = A B, or C += A B: A (rows, depth) in any order, B (depth, columns) and C (rows, columns) with their rows b_step
// and c_step apart. `columns` is a multiple of kLanes, which the steps of B and C leave room for. For matrices that lie
// in the cache: nothing is packed. To be inlined into a function with JETVIT_VECTOR_CLONES.
JETVIT_ALWAYS_INLINE void small_product(const SmallMatrix& a, const float* b, std::size_t b_step, float* c,
                                        std::size_t c_step, std::size_t rows, std::size_t depth, std::size_t columns,
                                        bool add) {
  namespace detail = small_product_detail;
  // Six rows of two vectors of AVX2 leave it registers for the operands.
  std::size_t row = detail::row_bands<6>(0, a, b, b_step, c, c_step, rows, depth, columns, add);
  row = detail::row_bands<2>(row, a, b, b_step, c, c_step, rows, depth, columns, add);
  detail::row_bands<1>(row, a, b, b_step, c, c_step, rows, depth, columns, add);
}

}  // namespace jetvit
