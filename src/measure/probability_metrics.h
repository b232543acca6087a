#pragma once

#include <cstdint>
#include <span>

namespace jetvit {

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
