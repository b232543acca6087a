#include "load/jet_weights.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "jet/jet_origin.h"

namespace jetvit {
namespace {

// One observer, divided into bins.
struct Axis {
  const char* observer_key;
  const char* bins_key;
  const std::string& observer;
  const std::vector<double>& edges;

  std::size_t bins() const { return edges.size() - 1; }
};

void check_edges(const Axis& axis) {
  if (axis.edges.size() < 2) {
    throw UsageError(text(axis.bins_key, ": at least two edges are needed (for example [80, 100, 120, 140, 170])"));
  }
  for (std::size_t i = 1; i < axis.edges.size(); ++i) {
    if (!(axis.edges[i] > axis.edges[i - 1])) {
      throw UsageError(
          text(axis.bins_key, ": ", axis.edges[i], " follows ", axis.edges[i - 1], " (edges must increase)"));
    }
  }
}

// The axes of the histograms; none for kind "class".
std::vector<Axis> axes_of(const WeightOptions& options) {
  std::vector<Axis> axes;
  if (options.kind != "flat" && options.kind != "reference") return axes;
  axes.push_back({"weights.observer", "weights.bins", options.observer, options.bins});
  if (!options.second_bins.empty()) {
    axes.push_back({"weights.second_observer", "weights.second_bins", options.second_observer, options.second_bins});
  }
  for (const Axis& axis : axes) check_edges(axis);
  constexpr std::size_t kBinLimit = std::size_t{1} << 20;
  if (axes.size() == 2 && axes[0].bins() > kBinLimit / axes[1].bins()) {
    throw UsageError(
        text("weights.second_bins: ", axes[0].bins(), " x ", axes[1].bins(), " bins are more than ", kBinLimit));
  }
  return axes;
}

// The bin of each jet along one axis: the last bin whose lower edge is not above the value.
std::vector<std::uint32_t> bins_of(const JetRecords& jets, const Axis& axis, const std::vector<std::string>& files) {
  std::vector<std::uint32_t> bins;
  bins.reserve(jets.size());
  for (const double value : jets.observer(axis.observer)) {
    if (!std::isfinite(value)) {
      throw Error(text(axis.observer_key, ": ", printable(axis.observer), " of the jet in ",
                       origin_text(jets, bins.size(), files), " is ", value));
    }
    const auto above = std::upper_bound(axis.edges.begin(), axis.edges.end(), value) - axis.edges.begin();
    const auto last = static_cast<std::ptrdiff_t>(axis.bins()) - 1;
    bins.push_back(static_cast<std::uint32_t>(std::clamp<std::ptrdiff_t>(above - 1, 0, last)));
  }
  return bins;
}

// The cell of each jet over all axes, numbered row by row.
std::vector<std::uint32_t> cells_of(const JetRecords& jets, const std::vector<Axis>& axes,
                                    const std::vector<std::string>& files) {
  std::vector<std::uint32_t> cells(jets.size(), 0);
  for (const Axis& axis : axes) {
    const std::vector<std::uint32_t> bins = bins_of(jets, axis, files);
    for (std::size_t jet = 0; jet < cells.size(); ++jet) {
      cells[jet] = cells[jet] * static_cast<std::uint32_t>(axis.bins()) + bins[jet];
    }
  }
  return cells;
}

double product_sum(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

std::vector<float> jet_weights(const JetRecords& jets, const WeightOptions& options,
                               const std::vector<std::string>& files) {
  std::vector<float> weights = jets.weight;
  for (std::size_t jet = 0; jet < weights.size(); ++jet) {
    if (!(weights[jet] >= 0) || std::isinf(weights[jet])) {
      throw Error(text("the weight of the jet in ", origin_text(jets, jet, files), " is ", weights[jet],
                       " (a training needs weights of 0 or larger)"));
    }
  }
  if (options.kind == "none") return weights;
  const std::vector<Axis> axes = axes_of(options);
  const std::vector<std::uint32_t> bins = cells_of(jets, axes, files);
  std::size_t count = 1;
  for (const Axis& axis : axes) count *= axis.bins();
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
