#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/options.h"
#include "jet/jet_records.h"

namespace jetvit {

// Scores of one classifier on the jets of an evaluation; the higher, the more like label 1.
struct NamedScores {
  std::string name;
  std::vector<double> score;
  bool is_probability = false;  // of the signal: log loss, Brier and calibration make sense
};

// ROC-AUC with DeLong's error, background rejection at eS 0.3, 0.5 and 0.8, and for probabilities their metrics.
// Weights other than 1 give the weighted AUC beside it. Throws Error for a single class or non-finite scores.
Json evaluate_scores(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                     const std::vector<float>& weight);

// AUC and its error in bins of an observer with equally many jets each; bins of one class are left out.
Json evaluate_in_bins(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                      const std::vector<double>& observer, int bins);

// Every hand-made observable on its own, turned so that its AUC is at least 0.5 (a "-" before the name says that it was
// turned), and the logistic regression of them all, fitted to `train`. The best observables first.
std::vector<NamedScores> baseline_scores(const JetRecords& train, const JetRecords& test);

// Writes metrics.json, roc.{png,svg} and scores.{png,svg} (of the first) into `folder` and returns the table of all.
std::string write_evaluation(const std::filesystem::path& folder, const Json& description,
                             const std::vector<NamedScores>& all, const JetRecords& test);

}  // namespace jetvit
