#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "measure/learning_curve.h"
#include "measure/probability_metrics.h"
#include "measure/roc_curve.h"

// Plots of results. Each function writes stem.png and stem.svg, and throws Error.
namespace jetvit {

struct NamedCurve {
  std::string name;  // for the legend
  std::vector<RocPoint> points;
};

// ROC curves in two panels: eS against eB, and background rejection 1 / eB on a log scale against eS. The legend is
// below both and increases the height of the picture. When the colors are used up they repeat with dashed lines.
void plot_roc(const std::filesystem::path& stem, const std::vector<NamedCurve>& curves);

struct NamedValues {
  std::string name;
  std::vector<double> values;
  std::vector<double> weights = {};  // one per value, of any sign; empty: all 1
};

struct AxisTitle {
  std::string quantity;  // "jet pT"
  std::string unit;      // "GeV"; empty: none
  std::string counted = "jets";
};

// Normalized histograms of several samples over the range that contains nearly all values. Values that are not finite
// are left out.
void plot_histograms(const std::filesystem::path& stem, const AxisTitle& title,
                     const std::vector<NamedValues>& samples);

// The normalized histograms of two samples, and below them the ratio second / first with its statistical error, in bins
// where both densities are positive. Ratios above 2 are not shown.
void plot_comparison(const std::filesystem::path& stem, const AxisTitle& title, const NamedValues& first,
                     const NamedValues& second);

struct NamedCalibration {
  std::string name;
  std::vector<CalibrationBin> bins;
};

// The fraction of signal against its predicted probability, with its binomial error. Calibrated probabilities are on
// the diagonal. signal: the name of the class, for the axes.
void plot_calibration(const std::filesystem::path& stem, const std::vector<NamedCalibration>& all,
                      const std::string& signal);

// Loss and validation AUC against the epoch, in two panels. The training loss is dashed and the best epoch is marked.
void plot_learning(const std::filesystem::path& stem, const std::vector<LearningCurve>& curves);

}  // namespace jetvit
