#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/axes.h"
#include "report/plots.h"

namespace jetvit {
namespace {

// The common range of several series.
struct Range {
  double low = INFINITY, high = -INFINITY;

  void add(const std::vector<double>& values) {
    for (const double value : values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }

  Axis axis(const std::string& title) const {
    if (!(low <= high)) return {title, 0, 1, false};
    const double margin = high > low ? 0.06 * (high - low) : 0.5 * std::max(std::abs(low), 1e-3);
    return {title, low - margin, high + margin, false};
  }
};

std::vector<std::pair<double, double>> series(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<std::pair<double, double>> out;
  for (std::size_t index = 0; index < std::min(x.size(), y.size()); ++index) out.emplace_back(x[index], y[index]);
  return out;
}

// A single point is drawn as a short line.
void draw_series(Axes& axes, const std::vector<std::pair<double, double>>& points, const Color& color, bool dashed) {
  if (points.size() == 1) {
    const auto [x, y] = points.front();
    axes.curve({{x - 0.1, y}, {x + 0.1, y}}, color, 2, false);
  } else {
    axes.curve(points, color, 1.8, dashed);
  }
}

void mark_best(Axes& axes, const LearningCurve& curve, const Color& color) {
  std::size_t best = curve.validation_auc.size();
  for (std::size_t index = 0; index < curve.validation_auc.size(); ++index) {
    if (!std::isfinite(curve.validation_auc[index])) continue;
    if (best == curve.validation_auc.size() || curve.validation_auc[index] > curve.validation_auc[best]) best = index;
  }
  if (best < std::min(curve.epoch.size(), curve.validation_auc.size())) {
    axes.point(curve.epoch[best], curve.validation_auc[best], color);
  }
}

}  // namespace

void plot_learning(const std::filesystem::path& stem, const std::vector<LearningCurve>& curves) {
  Range epochs;
  Range losses;
  Range aucs;
  for (const LearningCurve& curve : curves) {
    epochs.add(curve.epoch);
    losses.add(curve.training_loss);
    losses.add(curve.validation_loss);
    aucs.add(curve.validation_auc);
  }
  Axis epoch{"epoch", std::isfinite(epochs.low) ? epochs.low - 0.5 : 0,
             std::isfinite(epochs.high) ? epochs.high + 0.5 : 1, false};
  epoch.integer_ticks = true;
  // Room for the legend above the curves.
  const double lines = curves.size() == 1 ? 2 : static_cast<double>(curves.size()) + 1;
  Axis loss = losses.axis("loss (cross-entropy)");
  loss.high += (loss.high - loss.low) * std::min(0.6, 0.05 * lines);
  draw_picture(stem, 860, 360, [&](Canvas& canvas) {
    Axes left(canvas, 70, 20, 340, 295, epoch, loss);
    Axes right(canvas, 500, 20, 340, 295, epoch, aucs.axis("validation ROC-AUC"));
    for (std::size_t index = 0; index < curves.size(); ++index) {
      const LearningCurve& curve = curves[index];
      const Color color = curve_color(index);
      draw_series(left, series(curve.epoch, curve.training_loss), color, true);
      draw_series(left, series(curve.epoch, curve.validation_loss), color, false);
      draw_series(right, series(curve.epoch, curve.validation_auc), color, false);
      mark_best(right, curve, color);
      if (curves.size() > 1) left.legend(index, curve.name, color, Axes::Legend::kTopRight);
    }
    const Color ink = curves.size() == 1 ? curve_color(0) : Color{0.3, 0.3, 0.3};
    const std::size_t first = curves.size() == 1 ? 0 : curves.size();
    left.legend(first, "training", ink, Axes::Legend::kTopRight, /*dashed=*/true);
    left.legend(first + 1, "validation", ink, Axes::Legend::kTopRight);
  });
}

}  // namespace jetvit
