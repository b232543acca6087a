#include "measure/probability_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "measure/roc_curve.h"
#include "measure/scores_check.h"

namespace jetvit {
namespace {

constexpr std::size_t kBins = 15;

double calibration_error(std::span<const double> probability, std::span<const std::uint8_t> label) {
  double total = 0;
  for (const CalibrationBin& bin : calibration_bins(probability, label)) {
    total += static_cast<double>(bin.jets) * std::abs(bin.mean_probability - bin.signal_share);
  }
  return total / static_cast<double>(label.size());
}

double average_precision(std::span<const double> probability, std::span<const std::uint8_t> label) {
  const auto signals = static_cast<double>(std::count(label.begin(), label.end(), std::uint8_t{1}));
  const double backgrounds = static_cast<double>(label.size()) - signals;
  double total = 0;
  double before = 0;
  for (const RocPoint& point : roc_curve(probability, label)) {
    const double signal = point.signal_efficiency * signals;
    const double selected = signal + point.background_efficiency * backgrounds;
    if (selected > 0) total += (point.signal_efficiency - before) * signal / selected;
    before = point.signal_efficiency;
  }
  return total;
}

}  // namespace

std::vector<CalibrationBin> calibration_bins(std::span<const double> probability, std::span<const std::uint8_t> label) {
  check_probabilities(probability, label);
  std::vector<CalibrationBin> bins(kBins);
  for (std::size_t jet = 0; jet < label.size(); ++jet) {
    CalibrationBin& bin = bins[std::min(kBins - 1, static_cast<std::size_t>(probability[jet] * kBins))];
    ++bin.jets;
    bin.mean_probability += probability[jet];
    bin.signal_share += label[jet];
  }
  for (CalibrationBin& bin : bins) {
    const auto jets = static_cast<double>(std::max<std::size_t>(bin.jets, 1));
    bin.mean_probability /= jets;
    bin.signal_share /= jets;
  }
  return bins;
}

ProbabilityMetrics probability_metrics(std::span<const double> probability, std::span<const std::uint8_t> label) {
  check_probabilities(probability, label);
  constexpr double kLeast = std::numeric_limits<double>::epsilon();  // as scikit-learn
  ProbabilityMetrics out;
  for (std::size_t jet = 0; jet < label.size(); ++jet) {
    const double p = probability[jet];
    const double of_truth = std::clamp(label[jet] != 0 ? p : 1 - p, kLeast, 1 - kLeast);
    out.accuracy += (p >= 0.5) == (label[jet] != 0) ? 1 : 0;
    out.log_loss -= std::log(of_truth);
    out.brier += (p - label[jet]) * (p - label[jet]);
  }
  const auto jets = static_cast<double>(label.size());
  out.accuracy /= jets;
  out.log_loss /= jets;
  out.brier /= jets;
  out.average_precision = average_precision(probability, label);
  out.calibration_error = calibration_error(probability, label);
  return out;
}

}  // namespace jetvit
