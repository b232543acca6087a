#include "report/histogram.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace jetvit {
namespace {

constexpr double kBins = 40;

double quantile(std::vector<double> values, double share) {
  const auto index = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<long>(index), values.end());
  return values[index];
}

// The greatest common divisor of all values if they are integers, otherwise 0.
double spacing(const std::vector<std::vector<double>>& samples) {
  constexpr double kLargestCount = 1e9;
  std::int64_t common = 0;
  for (const std::vector<double>& values : samples) {
    for (const double value : values) {
      if (value != std::floor(value) || std::abs(value) > kLargestCount) return 0;
      common = std::gcd(common, static_cast<std::int64_t>(value));
    }
  }
  return static_cast<double>(common);
}

struct Bounds {
  double low = INFINITY, high = -INFINITY;
};

Bounds bounds_of(const std::vector<std::vector<double>>& samples) {
  Bounds bounds;
  for (const std::vector<double>& values : samples) {
    if (values.empty()) continue;
    bounds.low = std::min(bounds.low, quantile(values, 0.002));
    bounds.high = std::max(bounds.high, quantile(values, 0.998));
  }
  if (!(bounds.low <= bounds.high)) bounds = {0.5, 0.5};
  if (bounds.low == bounds.high) {
    const double margin = std::max(0.5, 1e-3 * std::abs(bounds.low));
    bounds = {bounds.low - margin, bounds.high + margin};
  }
  return bounds;
}

}  // namespace

double Histogram::density(std::size_t sample, std::size_t bin) const {
  return totals[sample] == 0 ? 0 : counts[sample][bin] / (totals[sample] * width);
}

double Histogram::error(std::size_t sample, std::size_t bin) const {
  return totals[sample] == 0 ? 0 : std::sqrt(counts[sample][bin]) / (totals[sample] * width);
}

Histogram histogram(const std::vector<NamedValues>& samples) {
  std::vector<std::vector<double>> finite;
  for (const NamedValues& sample : samples) {
    finite.push_back(sample.values);
    // Excludes NaN and values for which the range would overflow.
    std::erase_if(finite.back(), [](double value) { return !(std::abs(value) < 1e100); });
  }
  const auto [low, high] = bounds_of(finite);
  const double step = spacing(finite);
  Histogram out{low, (high - low) / kBins, {}, {}};
  auto bins = static_cast<std::size_t>(kBins);
  if (step > 0) {
    out.width = step * std::ceil((high - low + step) / step / kBins);
    out.low = low - step / 2;
    bins = static_cast<std::size_t>(std::ceil((high - low + step) / out.width));
  }
  const double end = out.edge(bins);
  for (const std::vector<double>& values : finite) {
    std::vector<double>& counts = out.counts.emplace_back(bins, 0);
    for (const double value : values) {
      if (value < out.low || value > end) continue;
      ++counts[std::min(bins - 1, static_cast<std::size_t>((value - out.low) / out.width))];
    }
    out.totals.push_back(static_cast<double>(values.size()));
  }
  return out;
}

}  // namespace jetvit
