#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/axes.h"
#include "report/histogram.h"
#include "report/plots.h"

namespace jetvit {
namespace {

constexpr double kLeft = 75, kTop = 20, kWidth = 365, kHeight = 285;  // plotting area of the densities, in points

struct Titles {
  std::string horizontal, vertical;

  explicit Titles(const AxisTitle& title)
      : horizontal(title.unit.empty() ? title.quantity : text(title.quantity, " [", title.unit, "]")),
        vertical(title.unit.empty() ? "density" : text("share of ", title.counted, " per ", title.unit)) {}
};

void draw_densities(Canvas& canvas, const std::string& horizontal, const std::string& vertical, const Histogram& bins,
                    const std::vector<NamedValues>& samples) {
  double tallest = 0;
  double lowest = 0;  // negative weights can outweigh the others in a bin
  for (std::size_t sample = 0; sample < samples.size(); ++sample) {
    for (std::size_t bin = 0; bin < bins.bins(); ++bin) {
      tallest = std::max(tallest, bins.density(sample, bin));
      lowest = std::min(lowest, bins.density(sample, bin));
    }
  }
  if (tallest == 0) tallest = 1;
  Axes axes(canvas, kLeft, kTop, kWidth, kHeight, {horizontal, bins.low, bins.edge(bins.bins()), false},
            {vertical, 1.25 * lowest, 1.25 * tallest, false});
  for (std::size_t sample = 0; sample < samples.size(); ++sample) {
    std::vector<std::pair<double, double>> steps;
    for (std::size_t bin = 0; bin < bins.bins(); ++bin) {
      for (const std::size_t edge : {bin, bin + 1}) steps.emplace_back(bins.edge(edge), bins.density(sample, bin));
    }
    axes.curve(steps, curve_color(sample), 1.6);
    axes.legend(sample, samples[sample].name, curve_color(sample), Axes::Legend::kTopRight);
  }
}

}  // namespace

void plot_histograms(const std::filesystem::path& stem, const AxisTitle& title,
                     const std::vector<NamedValues>& samples) {
  const Histogram bins = histogram(samples);
  const Titles titles(title);
  draw_picture(stem, 460, 360,
               [&](Canvas& canvas) { draw_densities(canvas, titles.horizontal, titles.vertical, bins, samples); });
}

void plot_comparison(const std::filesystem::path& stem, const AxisTitle& title, const NamedValues& first,
                     const NamedValues& second) {
  constexpr double kRatioTop = kTop + kHeight + 32;
  constexpr double kRatioHeight = 100;
  constexpr double kLargest = 2;  // ratio shown
  const std::vector<NamedValues> samples = {first, second};
  const Histogram bins = histogram(samples);
  const Titles titles(title);
  draw_picture(stem, 460, kRatioTop + kRatioHeight + 45, [&](Canvas& canvas) {
    draw_densities(canvas, "", titles.vertical, bins, samples);
    Axes axes(canvas, kLeft, kRatioTop, kWidth, kRatioHeight,
              {titles.horizontal, bins.low, bins.edge(bins.bins()), false}, {"second / first", 0, kLargest, false});
    axes.curve({{bins.low, 1}, {bins.edge(bins.bins()), 1}}, curve_color(0), 1.2);
    const Color color = curve_color(1);
    for (std::size_t bin = 0; bin < bins.bins(); ++bin) {
      if (bins.density(0, bin) <= 0 || bins.density(1, bin) <= 0) continue;
      const double ratio = bins.density(1, bin) / bins.density(0, bin);
      const double error =
          ratio * std::hypot(bins.error(0, bin) / bins.density(0, bin), bins.error(1, bin) / bins.density(1, bin));
      const double middle = (bins.edge(bin) + bins.edge(bin + 1)) / 2;
      axes.curve({{middle, ratio - error}, {middle, ratio + error}}, color, 1.2);
      axes.curve({{bins.edge(bin), ratio}, {bins.edge(bin + 1), ratio}}, color, 1.6);
    }
  });
}

}  // namespace jetvit
