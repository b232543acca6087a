#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "measure/probability_metrics.h"
#include "measure/roc_curve.h"

// Figures of measured numbers. Each function writes stem.png and stem.svg from one drawing.
namespace jetvit {

struct NamedCurve {
  std::string name;  // as in the legend
  std::vector<RocPoint> points;
};

// ROC curves in two panels: eS against eB, and background rejection 1 / eB on a log scale against eS. Below both the
// legend, which grows the picture. Where the colours begin again, curves are dashed.
void plot_roc(const std::filesystem::path& stem, const std::vector<NamedCurve>& curves);

struct NamedValues {
  std::string name;
  std::vector<double> values;
};

struct AxisTitle {
  std::string quantity;  // "jet pT"
  std::string unit;      // "GeV"; empty: none
  std::string counted = "jets";
};

// Normalised histograms of several samples over the range that holds nearly all of them; values that are not finite
// are left out.
void plot_histograms(const std::filesystem::path& stem, const AxisTitle& title,
                     const std::vector<NamedValues>& samples);

// The normalised histograms of two samples, and below them their ratio, second / first, with its statistical error in
// every bin that both fill; ratios above 2 are not shown.
void plot_comparison(const std::filesystem::path& stem, const AxisTitle& title, const NamedValues& first,
                     const NamedValues& second);

struct NamedCalibration {
  std::string name;
  std::vector<CalibrationBin> bins;
};

// The share of signal against the predicted probability, with its binomial error; on the diagonal, the probabilities
// are true.
void plot_calibration(const std::filesystem::path& stem, const std::vector<NamedCalibration>& all);

// What a training told of each epoch; NaN where it told nothing.
struct LearningCurve {
  std::string name;
  std::vector<double> epoch, training_loss, validation_loss, validation_auc;
};

// Loss and validation AUC by epoch in two panels, the training loss dashed and the best epoch marked.
void plot_learning(const std::filesystem::path& stem, const std::vector<LearningCurve>& curves);

}  // namespace jetvit
