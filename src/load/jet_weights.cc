#include "load/jet_weights.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

void check_bins(const std::vector<double>& edges) {
  if (edges.size() < 2) {
    throw UsageError("weights.bins: at least two edges are needed (for example bins = [80, 100, 120, 140, 170])");
  }
  for (std::size_t i = 1; i < edges.size(); ++i) {
    if (!(edges[i] > edges[i - 1])) {
      throw UsageError(text("weights.bins: ", edges[i], " follows ", edges[i - 1], " (edges rise)"));
    }
  }
}

std::string place_of(const JetRecords& jets, std::size_t jet) {
  return text("the jet of file ", jets.source_file[jet], ", row ", jets.source_row[jet]);
}

// The bin of every jet: that whose lower edge is the last one not above the value.
std::vector<std::uint32_t> bins_of(const JetRecords& jets, const WeightOptions& options) {
  check_bins(options.bins);
  std::vector<std::uint32_t> bins;
  bins.reserve(jets.size());
  for (const double value : jets.observer(options.observer)) {
    if (!std::isfinite(value)) {
      throw Error(
          text("weights.observer: ", printable(options.observer), " of ", place_of(jets, bins.size()), " is ", value));
    }
    const auto above = std::upper_bound(options.bins.begin(), options.bins.end(), value) - options.bins.begin();
    const auto last = static_cast<std::ptrdiff_t>(options.bins.size()) - 2;
    bins.push_back(static_cast<std::uint32_t>(std::clamp<std::ptrdiff_t>(above - 1, 0, last)));
  }
  return bins;
}

double product_sum(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

std::vector<float> jet_weights(const JetRecords& jets, const WeightOptions& options) {
  std::vector<float> weights = jets.weight;
  for (std::size_t jet = 0; jet < weights.size(); ++jet) {
    if (!(weights[jet] >= 0) || std::isinf(weights[jet])) {
      throw Error(text("the weight of ", place_of(jets, jet), " is ", weights[jet], " (weights are 0 or larger)"));
    }
  }
  if (options.kind == "none") return weights;
  const bool binned = options.kind != "class";
  const std::vector<std::uint32_t> bins = binned ? bins_of(jets, options) : std::vector<std::uint32_t>(jets.size(), 0);
  const std::size_t count = binned ? options.bins.size() - 1 : 1;
  std::array<std::vector<double>, 2> sums;
  sums.fill(std::vector<double>(count, 0));
  for (std::size_t jet = 0; jet < jets.size(); ++jet) sums[jets.label[jet]][bins[jet]] += weights[jet];

  std::array<std::vector<double>, 2> factors;
  factors.fill(std::vector<double>(count, 1));
  for (const std::size_t label : {0, 1}) {
    const std::vector<double>& sum = sums[label];
    std::vector<double>& factor = factors[label];
    for (std::size_t bin = 0; bin < count; ++bin) {
      if (options.kind == "flat") factor[bin] = sum[bin] > 0 ? 1 / sum[bin] : 0;
      if (options.kind == "reference" && label == 1) factor[bin] = sum[bin] > 0 ? sums[0][bin] / sum[bin] : 0;
    }
    const double total = product_sum(std::vector<double>(count, 1), sum);
    if (options.largest > 0 && total > 0) {
      const double bound = options.largest * product_sum(factor, sum) / total;
      for (double& value : factor) value = std::min(value, bound);
    }
    const double weighted = product_sum(factor, sum);
    if (!(weighted > 0)) throw Error(text("weights: the training jets of label ", label, " have no weight"));
    for (double& value : factor) value *= 0.5 * static_cast<double>(jets.size()) / weighted;
  }
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    weights[jet] = static_cast<float>(weights[jet] * factors[jets.label[jet]][bins[jet]]);
  }
  return weights;
}

}  // namespace jetvit
