#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// The jets in one of 15 equal bins of predicted signal probability.
struct CalibrationBin {
  double weight = 0;            // the number of jets, or the sum of their weights; 0 or less: the rest has no meaning
  double effective_jets = 0;    // see WeightSums
  double mean_probability = 0;  // weighted
  double signal_share = 0;      // weighted fraction of signal
};

// Compares predicted signal probabilities with the fraction of signal in 15 equal bins. Throws like
// probability_metrics().
std::vector<CalibrationBin> calibration_bins(std::span<const double> probability, std::span<const std::uint8_t> label,
                                             std::span<const double> weight = {});

// Metrics of a classifier's signal probabilities, in addition to the ROC curve. With weights, each is the weighted
// mean.
struct ProbabilityMetrics {
  double accuracy = 0;           // at a threshold of 0.5
  double average_precision = 0;  // as in scikit-learn: sum of precision over steps of recall
  double log_loss = 0;           // nats; probabilities are clipped to 2.2e-16 from 0 and 1, as in scikit-learn
  double brier = 0;
  double calibration_error = 0;  // expected calibration error in 15 equal bins (Guo et al., arXiv:1706.04599), of
                                 // the bins with a positive weight
};

// Throws like roc_auc(), and Error for a score that is not a probability.
ProbabilityMetrics probability_metrics(std::span<const double> probability, std::span<const std::uint8_t> label,
                                       std::span<const double> weight = {});

}  // namespace jetvit
