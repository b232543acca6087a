#pragma once

#include <cstddef>
#include <vector>

#include "report/plots.h"

namespace jetvit {

// Several samples in common bins.
struct Histogram {
  double low = 0, width = 1;                // of the first bin
  std::vector<std::vector<double>> counts;  // [sample][bin]
  std::vector<double> totals;               // values of each sample, with those outside the bins

  std::size_t bins() const { return counts.empty() ? 0 : counts.front().size(); }
  double edge(std::size_t bin) const { return low + width * static_cast<double>(bin); }
  double density(std::size_t sample, std::size_t bin) const;
  double error(std::size_t sample, std::size_t bin) const;  // of the density: that of the count, its root
};

// About forty bins over the range that holds nearly all values; bins of counts hold equally many of the values that can
// occur. Values that are not finite are left out.
Histogram histogram(const std::vector<NamedValues>& samples);

}  // namespace jetvit
