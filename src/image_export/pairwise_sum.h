#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace jetvit {

// A vector of `size` numbers. All equal `fill`, except at the given positions, which are in increasing order.
struct SparseVector {
  std::size_t size = 0;
  double fill = 0;
  std::span<const std::uint32_t> position;
  std::span<const double> value;
};

// The sum of a sparse vector, with the rounding of numpy's add.reduce on the dense vector: halves are added recursively
// down to blocks of 128 with eight partial sums each (numpy/_core/src/umath/loops_utils.h.src). The published study
// normalized with such sums, and truncation to 8 bits makes their last bit visible. The time depends on the number of
// occupied blocks only.
double pairwise_sum(const SparseVector& vector);

// The same result, bit for bit, computed by up to `threads` threads.
double pairwise_sum(const SparseVector& vector, int threads);

}  // namespace jetvit
