#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "measure/roc_curve.h"

namespace jetvit {

struct NamedCurve {
  std::string name;  // as in the legend
  std::vector<RocPoint> points;
};

// ROC curves in two panels: eS against eB, and background rejection 1 / eB on a log scale against eS. Writes stem.png
// and stem.svg.
void plot_roc(const std::filesystem::path& stem, const std::vector<NamedCurve>& curves);

struct NamedValues {
  std::string name;
  std::vector<double> values;
};

// Normalised histograms of several samples over the range that holds nearly all of them. Writes stem.png and stem.svg.
void plot_histograms(const std::filesystem::path& stem, const std::string& title,
                     const std::vector<NamedValues>& samples);

}  // namespace jetvit
