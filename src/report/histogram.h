#pragma once

#include <cstddef>
#include <vector>

#include "report/plots.h"

namespace jetvit {

// Several samples with common bins.
struct Histogram {
  double low = 0, width = 1;                 // lower edge of the first bin, width of all bins
  std::vector<std::vector<double>> counts;   // [sample][bin]; sums of the weights
  std::vector<std::vector<double>> squares;  // [sample][bin]; sums of the squared weights
  std::vector<double> totals;                // of the weights of each sample, including those outside the bins

  std::size_t bins() const { return counts.empty() ? 0 : counts.front().size(); }
  double edge(std::size_t bin) const { return low + width * static_cast<double>(bin); }
  double density(std::size_t sample, std::size_t bin) const;  // 0 in samples whose weights have no positive sum
  double error(std::size_t sample, std::size_t bin) const;    // of the density, from the root of the squared weights
};

// A histogram of about forty bins over the range that contains nearly all values. For counts, each bin covers the same
// number of possible values. Values that are not finite are left out.
Histogram histogram(const std::vector<NamedValues>& samples);

}  // namespace jetvit
