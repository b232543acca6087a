#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace jetvit {

// A vector of `size` numbers, all of them `fill` but at the given positions, which rise.
struct SparseVector {
  std::size_t size = 0;
  double fill = 0;
  std::span<const std::uint32_t> position;
  std::span<const double> value;
};

// The sum of a sparse vector, rounded as numpy's add.reduce rounds that of the dense one: halves are added recursively
// down to blocks of 128 with eight partial sums each (numpy/_core/src/umath/loops_utils.h.src). The published study
// normalised with such sums, and truncation to 8 bits shows their last bit. Costs time with the occupied blocks only.
double pairwise_sum(const SparseVector& vector);

// The same number, found by up to `threads` threads.
double pairwise_sum(const SparseVector& vector, int threads);

}  // namespace jetvit
