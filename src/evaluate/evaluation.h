#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/options.h"
#include "evaluate/baselines.h"
#include "jet/jet_records.h"
#include "report/plots.h"

namespace jetvit {

// Scores of one classifier on the jets of an evaluation; the higher, the more like label 1.
struct NamedScores {
  std::string name;
  std::vector<double> score;
  bool is_probability = false;  // of the signal: log loss, Brier and calibration make sense
  double temperature = 0;       // of its calibration on other jets (fit_temperature); 0: none
};

// ROC-AUC with DeLong's error and a bootstrap interval of 95 %, background rejection at eS 0.3, 0.5 and 0.8, and for
// probabilities their metrics. Weights other than 1 give the weighted AUC and its interval beside it, a temperature
// what it makes of the probabilities. Throws Error for a single class or non-finite scores.
Json evaluate_scores(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                     const std::vector<float>& weight);

// AUC and its error in bins of an observer with equally many jets each; jets whose observer is not finite and bins with
// fewer than two jets of a class are left out.
Json evaluate_in_bins(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                      const std::vector<double>& observer, int bins);

// Every hand-made observable on its own, turned so that its AUC is at least 0.5 (a "-" before the name says that it was
// turned), and before them the logistic regression of all, fitted to `train` where that holds both classes. The best
// observables first; those that are not finite for every jet are left out. Both tables have the same observables.
std::vector<NamedScores> baseline_scores(const FeatureTable& train, const FeatureTable& test);

// Of baseline_scores() the best `count`, and behind them, whatever they reach, those that everybody asks for: jet pT,
// jet mass and track multiplicity. The order stays.
std::vector<NamedScores> shown_baselines(std::vector<NamedScores> baselines, std::size_t count);

// Everything that is known of the scores of one evaluation, the first classifier being the one to judge: the others are
// compared with it by DeLong's paired test. `test` gives labels, weights and observers.
Json evaluate_all(const std::vector<NamedScores>& all, const JetRecords& test);

// evaluate_all() as a table.
std::string evaluation_table(const Json& metrics);

// Draws roc (of all classifiers), scores (of the first one), calibration (of those that give probabilities) and, where
// there is one, learning as PNG and SVG into `folder`; returns the files' names without ending.
std::vector<std::string> draw_evaluation(const std::filesystem::path& folder, const std::vector<NamedScores>& all,
                                         const JetRecords& test, const std::vector<LearningCurve>& learning);

}  // namespace jetvit
