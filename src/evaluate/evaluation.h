#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "evaluate/named_scores.h"
#include "jet/jet_records.h"
#include "measure/delong.h"
#include "measure/probability_metrics.h"
#include "measure/roc_curve.h"
#include "measure/weight_sums.h"

namespace jetvit {

// The central 95 % of an AUC over bootstrap samples of the jets.
struct ConfidenceInterval {
  double low = 0, high = 0;
};

// What a temperature makes of the probabilities.
struct Calibration {
  double temperature = 0;
  ProbabilityMetrics after;
};

// What is known of the scores of one classifier. With weights, all values but the numbers of jets are weighted.
struct ClassifierMetrics {
  std::string name;
  std::size_t jets = 0;
  std::size_t signal = 0;  // of them
  double auc = 0;
  double auc_error = 0;  // DeLong's
  ConfidenceInterval auc_interval;
  std::optional<AucEstimate> unweighted;             // the AUC that counts each jet once, where jets have weights
  std::vector<WorkingPoint> working_points;          // at the efficiencies 0.3, 0.5 and 0.8
  std::optional<ProbabilityMetrics> probability;     // of scores that are probabilities
  std::optional<Calibration> calibrated;             // of those with a temperature
  std::optional<PairedComparison> first_minus_this;  // of all but the first: first - this one, on the same jets
};

// The AUC of jets whose observer lies between two values.
struct ObserverBin {
  double from = 0, to = 0;
  std::size_t jets = 0;
  double auc = 0, auc_error = 0;
};

struct ObserverBins {
  std::string observer;  // as the file names it
  std::vector<ObserverBin> bins;
};

// What is known of the scores of one evaluation.
struct Evaluation {
  std::optional<std::array<WeightSums, 2>> weights;  // where the weight of a jet is not 1
  std::vector<ClassifierMetrics> classifiers;        // the first is the one to judge
  std::vector<ObserverBins> observers;               // of the first classifier
};

// ROC-AUC with DeLong's error and a bootstrap interval of 95 %, background rejection at eS 0.3, 0.5 and 0.8, and for
// probabilities their metrics, all with the weights of the jets; a temperature adds what it makes of the probabilities.
// Throws Error for a single class, non-finite scores, or a class whose weights have no positive sum.
ClassifierMetrics evaluate_scores(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                                  const std::vector<float>& weight);

// Weighted AUC and its error in bins of an observer with about equally many jets each; jets of the same value lie in
// the same bin, so that there may be fewer bins than asked for. Left out: jets whose observer is not finite, and bins
// that have, of a class, fewer than two jets of nonzero weight or no positive sum of weights. Throws Error for
// non-finite scores.
std::vector<ObserverBin> evaluate_in_bins(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                                          const std::vector<float>& weight, const std::vector<double>& observer,
                                          int bins);

// Everything that is known of the scores of one evaluation, the first classifier being the one to judge: the others are
// compared with it by DeLong's paired test. `test` gives labels, weights and observers. Throws as evaluate_scores().
Evaluation evaluate_all(const std::vector<NamedScores>& all, const JetRecords& test);

// As metrics.json holds it: {"classifiers": [{"name", "jets", "signal", "auc", "auc_error", "auc_interval",
// "working_points", ...}], "weights": {"sum", "effective_jets", "zero", "negative"} (null without),
// "bins_of_<observer>": [{"from", "to", "jets", "auc", "auc_error"}]}. Numbers that are not finite become null.
Json to_json(const Evaluation& evaluation);

}  // namespace jetvit
