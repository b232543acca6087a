#pragma once

#include <cstddef>

#include "ops/lanes.h"

namespace jetvit {

// A matrix for small_matmul: element (row, column) is values[row * row_step + column * column_step].
struct SmallMatrix {
  const float* values;
  std::size_t row_step, column_step;
};

namespace small_matmul_detail {

// Rows x kLanes elements of C, held in registers throughout.
template <class V, std::size_t Rows>
JETVIT_ALWAYS_INLINE void tile(const float* a, std::size_t row_step, std::size_t column_step, const float* b,
                               std::size_t b_step, float* c, std::size_t c_step, std::size_t depth, bool add) {
  V sums[Rows] = {};
  if (add) {
    for (std::size_t row = 0; row < Rows; ++row) load(c + row * c_step, sums[row]);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    V right;
    load(b + k * b_step, right);
    for (std::size_t row = 0; row < Rows; ++row) sums[row] += a[row * row_step + k * column_step] * right;
  }
  for (std::size_t row = 0; row < Rows; ++row) store(sums[row], c + row * c_step);
}

// As many whole bands of rows as there are; returns the first row after them.
template <class V, std::size_t Rows>
JETVIT_ALWAYS_INLINE std::size_t row_bands(std::size_t first, const SmallMatrix& a, const float* b, std::size_t b_step,
                                           float* c, std::size_t c_step, std::size_t rows, std::size_t depth,
                                           std::size_t columns, bool add) {
  for (; first + Rows <= rows; first += Rows) {
    const float* left = a.values + first * a.row_step;
    for (std::size_t column = 0; column < columns; column += kLanes) {
      tile<V, Rows>(left, a.row_step, a.column_step, b + column, b_step, c + first * c_step + column, c_step, depth,
                    add);
    }
  }
  return first;
}

template <class V>
JETVIT_ALWAYS_INLINE void matmul_by(const SmallMatrix& a, const float* b, std::size_t b_step, float* c,
                                    std::size_t c_step, std::size_t rows, std::size_t depth, std::size_t columns,
                                    bool add) {
  // Six rows of two registers of AVX2 leave it three for the operands.
  std::size_t row = row_bands<V, 6>(0, a, b, b_step, c, c_step, rows, depth, columns, add);
  row = row_bands<V, 2>(row, a, b, b_step, c, c_step, rows, depth, columns, add);
  row_bands<V, 1>(row, a, b, b_step, c, c_step, rows, depth, columns, add);
}

}  // namespace small_matmul_detail

// C = A B, or C += A B with `add`: A (rows, depth) with any steps, B (depth, columns) and C (rows, columns) with b_step
// and c_step from row to row. `columns` is a multiple of kLanes and at most b_step and c_step. For matrices in the
// cache: nothing is packed. To be inlined into a function with JETVIT_VECTOR_CLONES.
JETVIT_ALWAYS_INLINE void small_matmul(const SmallMatrix& a, const float* b, std::size_t b_step, float* c,
                                       std::size_t c_step, std::size_t rows, std::size_t depth, std::size_t columns,
                                       bool add) {
  namespace detail = small_matmul_detail;
  if (has_whole_vectors()) {
    detail::matmul_by<Vector>(a, b, b_step, c, c_step, rows, depth, columns, add);
  } else {
    detail::matmul_by<VectorPair>(a, b, b_step, c, c_step, rows, depth, columns, add);
  }
}

}  // namespace jetvit
