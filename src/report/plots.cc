#include "report/plots.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/axes.h"

namespace jetvit {
namespace {

// Keeps about 1,000 points. More would not be visible.
std::vector<RocPoint> thinned(const std::vector<RocPoint>& points) {
  const std::size_t step = std::max<std::size_t>(1, points.size() / 1000);
  std::vector<RocPoint> out;
  if (points.empty()) return out;
  for (std::size_t index = 0; index < points.size(); index += step) out.push_back(points[index]);
  if ((points.size() - 1) % step != 0) out.push_back(points.back());
  return out;
}

}  // namespace

void plot_roc(const std::filesystem::path& stem, const std::vector<NamedCurve>& curves) {
  double best_rejection = 10;
  for (const NamedCurve& curve : curves) {
    for (const RocPoint& point : curve.points) {
      if (point.signal_efficiency >= 0.1 && point.background_efficiency > 0) {
        best_rejection = std::max(best_rejection, 1 / point.background_efficiency);
      }
    }
  }
  const double top = std::pow(10, std::ceil(std::log10(best_rejection)));
  const std::size_t legend_lines = (curves.size() + 1) / 2;  // half of them below each panel
  const double legend = curves.empty() ? 0 : 5 + Axes::kLegendStep * static_cast<double>(legend_lines);
  draw_picture(stem, 860, 410 + legend, [&](Canvas& canvas) {
    Axes efficiency(canvas, 60, 20, 345, 345, {"background efficiency", 0, 1, false},
                    {"signal efficiency", 0, 1, false});
    Axes rejection(canvas, 490, 20, 345, 345, {"signal efficiency", 0, 1, false},
                   {"background rejection 1 / efficiency", 1, top, true});
    efficiency.curve({{0, 0}, {1, 1}}, {0.6, 0.6, 0.6}, 1, true);
    for (std::size_t index = 0; index < curves.size(); ++index) {
      std::vector<std::pair<double, double>> roc;
      std::vector<std::pair<double, double>> inverse;
      for (const RocPoint& point : thinned(curves[index].points)) {
        roc.emplace_back(point.background_efficiency, point.signal_efficiency);
        if (point.background_efficiency > 0)
          inverse.emplace_back(point.signal_efficiency, 1 / point.background_efficiency);
      }
      const Color color = curve_color(index);
      const double width = index == 0 ? 2.2 : 1.4;
      const bool dashed = (index / kCurveColors) % 2 == 1;
      efficiency.curve(roc, color, width, dashed);
      rejection.curve(inverse, color, width, dashed);
      Axes& above = index < legend_lines ? efficiency : rejection;
      above.legend(index % legend_lines, curves[index].name, color, Axes::Legend::kBelow, dashed);
    }
  });
}

void plot_calibration(const std::filesystem::path& stem, const std::vector<NamedCalibration>& all,
                      const std::string& signal) {
  const double legend = all.empty() ? 0 : 5 + Axes::kLegendStep * static_cast<double>(all.size());
  draw_picture(stem, 430, 410 + legend, [&](Canvas& canvas) {
    Axes axes(canvas, 65, 20, 345, 345, {text("predicted probability of ", signal), 0, 1},
              {text("share of ", signal), 0, 1});
    axes.curve({{0, 0}, {1, 1}}, {0.6, 0.6, 0.6}, 1, true);
    for (std::size_t index = 0; index < all.size(); ++index) {
      const Color color = curve_color(index);
      std::vector<std::pair<double, double>> line;
      for (const CalibrationBin& bin : all[index].bins) {
        if (bin.weight <= 0) continue;
        const double share = bin.signal_share;
        // Adds one jet to each class, so that a bin with a single class has an error too. Negative weights can take the
        // share out of 0 to 1.
        const double jets = bin.effective_jets;
        const double likely = (std::clamp(share, 0.0, 1.0) * jets + 1) / (jets + 2);
        const double error = std::sqrt(likely * (1 - likely) / jets);
        line.emplace_back(bin.mean_probability, share);
        axes.curve({{bin.mean_probability, share - error}, {bin.mean_probability, share + error}}, color, 1.2);
        axes.point(bin.mean_probability, share, color);
      }
      axes.curve(line, color, 1.2);
      axes.legend(index, all[index].name, color, Axes::Legend::kBelow);
    }
  });
}

}  // namespace jetvit
