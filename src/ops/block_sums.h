#pragma once

#include <cstddef>
#include <vector>

namespace jetvit {

// Sums of each block of the work, one for each column, and their totals, added in the order of the blocks: the same for
// any number of threads.
class BlockSums {
 public:
  BlockSums(std::size_t blocks, std::size_t columns) : columns_(columns), values_(blocks * columns) {}

  float* of(std::size_t block) { return values_.data() + block * columns_; }

  std::vector<double> totals() const {
    std::vector<double> out(columns_);
    for (std::size_t start = 0; start < values_.size(); start += columns_) {
      for (std::size_t column = 0; column < columns_; ++column) out[column] += values_[start + column];
    }
    return out;
  }

 private:
  std::size_t columns_;
  std::vector<float> values_;  // [block][column], initially zero
};

}  // namespace jetvit
