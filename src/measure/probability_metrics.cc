#include "measure/probability_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "measure/roc_curve.h"
#include "measure/scores_check.h"
#include "measure/weight_sums.h"

namespace jetvit {
namespace {

constexpr std::size_t kBins = 15;

double calibration_error(std::span<const double> probability, std::span<const std::uint8_t> label,
                         std::span<const double> weight, double all) {
  double total = 0;
  for (const CalibrationBin& bin : calibration_bins(probability, label, weight)) {
    if (bin.weight > 0) total += bin.weight * std::abs(bin.mean_probability - bin.signal_share);
  }
  return total / all;
}

double average_precision(std::span<const double> probability, std::span<const std::uint8_t> label,
                         std::span<const double> weight, const std::array<WeightSums, 2>& sums) {
  double total = 0;
  double before = 0;
  for (const RocPoint& point : roc_curve(probability, label, weight)) {
    const double signal = point.signal_efficiency * sums[1].weight;
    const double selected = signal + point.background_efficiency * sums[0].weight;
    if (selected > 0) total += (point.signal_efficiency - before) * signal / selected;
    before = point.signal_efficiency;
  }
  return total;
}

}  // namespace

std::vector<CalibrationBin> calibration_bins(std::span<const double> probability, std::span<const std::uint8_t> label,
                                             std::span<const double> weight) {
  check_probabilities(probability, label, weight);
  std::vector<CalibrationBin> bins(kBins);
  std::vector<WeightSums> sums(kBins);
  for (std::size_t jet = 0; jet < label.size(); ++jet) {
    const std::size_t index = std::min(kBins - 1, static_cast<std::size_t>(probability[jet] * kBins));
    const double of_jet = weight_of(weight, jet);
    sums[index].add(of_jet);
    bins[index].mean_probability += of_jet * probability[jet];
    bins[index].signal_share += of_jet * label[jet];
  }
  for (std::size_t index = 0; index < kBins; ++index) {
    CalibrationBin& bin = bins[index];
    bin.weight = sums[index].weight;
    bin.effective_jets = sums[index].effective_jets();
    if (bin.weight <= 0) continue;
    bin.mean_probability /= bin.weight;
    bin.signal_share /= bin.weight;
  }
  return bins;
}

ProbabilityMetrics probability_metrics(std::span<const double> probability, std::span<const std::uint8_t> label,
                                       std::span<const double> weight) {
  check_probabilities(probability, label, weight);
  constexpr double kLeast = std::numeric_limits<double>::epsilon();  // as scikit-learn
  ProbabilityMetrics out;
  for (std::size_t jet = 0; jet < label.size(); ++jet) {
    const double p = probability[jet];
    const double of_truth = std::clamp(label[jet] != 0 ? p : 1 - p, kLeast, 1 - kLeast);
    const double of_jet = weight_of(weight, jet);
    out.accuracy += (p >= 0.5) == (label[jet] != 0) ? of_jet : 0;
    out.log_loss -= of_jet * std::log(of_truth);
    out.brier += of_jet * (p - label[jet]) * (p - label[jet]);
  }
  const auto sums = weight_sums(label, weight);
  const double all = sums[0].weight + sums[1].weight;
  out.accuracy /= all;
  out.log_loss /= all;
  out.brier /= all;
  out.average_precision = average_precision(probability, label, weight, sums);
  out.calibration_error = calibration_error(probability, label, weight, all);
  return out;
}

}  // namespace jetvit
