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
  return totals[sample] > 0 ? counts[sample][bin] / (totals[sample] * width) : 0;
}

double Histogram::error(std::size_t sample, std::size_t bin) const {
  return totals[sample] > 0 ? std::sqrt(squares[sample][bin]) / (totals[sample] * width) : 0;
}

Histogram histogram(const std::vector<NamedValues>& samples) {
  std::vector<std::vector<double>> finite;
  std::vector<std::vector<double>> weights;
  for (const NamedValues& sample : samples) {
    finite.emplace_back();
    weights.emplace_back();
    for (std::size_t index = 0; index < sample.values.size(); ++index) {
      // Excludes NaN and values for which the range would overflow.
      if (!(std::abs(sample.values[index]) < 1e100)) continue;
      finite.back().push_back(sample.values[index]);
      weights.back().push_back(sample.weights.empty() ? 1 : sample.weights[index]);
    }
  }
  const auto [low, high] = bounds_of(finite);
  const double step = spacing(finite);
  Histogram out{low, (high - low) / kBins, {}, {}, {}};
  auto bins = static_cast<std::size_t>(kBins);
  if (step > 0) {
    out.width = step * std::ceil((high - low + step) / step / kBins);
    out.low = low - step / 2;
    bins = static_cast<std::size_t>(std::ceil((high - low + step) / out.width));
  }
  const double end = out.edge(bins);
  for (std::size_t sample = 0; sample < finite.size(); ++sample) {
    std::vector<double>& counts = out.counts.emplace_back(bins, 0);
    std::vector<double>& squares = out.squares.emplace_back(bins, 0);
    double& total = out.totals.emplace_back(0);
    for (std::size_t index = 0; index < finite[sample].size(); ++index) {
      const double value = finite[sample][index];
      const double weight = weights[sample][index];
      total += weight;
      if (value < out.low || value > end) continue;
      const std::size_t bin = std::min(bins - 1, static_cast<std::size_t>((value - out.low) / out.width));
      counts[bin] += weight;
      squares[bin] += weight * weight;
    }
  }
  return out;
}

}  // namespace jetvit
