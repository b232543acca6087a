#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// Jets whose probability lies in one of 15 equal bins.
struct CalibrationBin {
  std::size_t jets = 0;  // 0: the other values mean nothing
  double mean_probability = 0;
  double signal_share = 0;
};

// How often the signal is what a classifier says it is: 15 equal bins of probability. Throws as probability_metrics.
std::vector<CalibrationBin> calibration_bins(std::span<const double> probability, std::span<const std::uint8_t> label);

// What a classifier's probabilities of the signal are worth, beside their order.
struct ProbabilityMetrics {
  double accuracy = 0;           // at probability 0.5
  double average_precision = 0;  // as scikit-learn: sum of precision over steps of recall
  double log_loss = 0;           // nats; certainties count as 2.2e-16 from 0 and 1, as in scikit-learn
  double brier = 0;
  double calibration_error = 0;  // expected calibration error in 15 equal bins (Guo et al., arXiv:1706.04599)
};

// Throws as roc_auc, and where a score is no probability.
ProbabilityMetrics probability_metrics(std::span<const double> probability, std::span<const std::uint8_t> label);

}  // namespace jetvit
