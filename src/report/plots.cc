#include "report/plots.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "report/axes.h"

namespace jetvit {
namespace {

// At most about 1,000 points: more cannot be seen.
std::vector<RocPoint> thinned(const std::vector<RocPoint>& points) {
  const std::size_t step = std::max<std::size_t>(1, points.size() / 1000);
  std::vector<RocPoint> out;
  if (points.empty()) return out;
  for (std::size_t index = 0; index < points.size(); index += step) out.push_back(points[index]);
  if ((points.size() - 1) % step != 0) out.push_back(points.back());
  return out;
}

double quantile(std::vector<double> values, double share) {
  const auto place = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<long>(place), values.end());
  return values[place];
}

constexpr double kBins = 40;

// The largest number of which all values are multiples, where they are counts; 0 where they are not.
double spacing(const std::vector<NamedValues>& samples) {
  constexpr double kLargestCount = 1e9;
  std::int64_t common = 0;
  for (const NamedValues& sample : samples) {
    for (const double value : sample.values) {
      if (value != std::floor(value) || std::abs(value) > kLargestCount) return 0;
      common = std::gcd(common, static_cast<std::int64_t>(value));
    }
  }
  return static_cast<double>(common);
}

struct Binning {
  double low = 0, width = 1;
  std::size_t bins = 1;

  double high() const { return low + width * static_cast<double>(bins); }
};

// About kBins over [low, high]. Bins of counts hold equally many of the values that can occur.
Binning binning(double low, double high, double step) {
  if (step == 0) return {low, (high - low) / kBins, static_cast<std::size_t>(kBins)};
  const double width = step * std::ceil((high - low + step) / step / kBins);
  return {low - step / 2, width, static_cast<std::size_t>(std::ceil((high - low + step) / width))};
}

std::vector<double> density(const std::vector<double>& values, const Binning& binning) {
  std::vector<double> bins(binning.bins, 0);
  for (const double value : values) {
    if (value < binning.low || value > binning.high()) continue;
    const auto bin = std::min(binning.bins - 1, static_cast<std::size_t>((value - binning.low) / binning.width));
    bins[bin] += 1 / (static_cast<double>(values.size()) * binning.width);
  }
  return bins;
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
  draw_picture(stem, 860, 420, [&](Canvas& canvas) {
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
      efficiency.curve(roc, curve_color(index), index == 0 ? 2.2 : 1.4);
      rejection.curve(inverse, curve_color(index), index == 0 ? 2.2 : 1.4);
      // Below the diagonal, where no classifier that is worth its name has its curve.
      efficiency.legend(curves.size() - 1 - index, curves[index].name, curve_color(index), Axes::Legend::kBottomRight);
    }
  });
}

void plot_histograms(const std::filesystem::path& stem, const AxisTitle& title, const std::vector<NamedValues>& all) {
  std::vector<NamedValues> samples = all;
  for (NamedValues& sample : samples) {
    // The largest doubles would overflow the range.
    std::erase_if(sample.values, [](double value) { return !(std::abs(value) < 1e100); });
  }
  double low = INFINITY;
  double high = -INFINITY;
  for (const NamedValues& sample : samples) {
    if (sample.values.empty()) continue;
    low = std::min(low, quantile(sample.values, 0.002));
    high = std::max(high, quantile(sample.values, 0.998));
  }
  if (!(low <= high)) low = high = 0.5;
  if (low == high) {
    const double margin = std::max(0.5, 1e-3 * std::abs(low));
    low -= margin;
    high += margin;
  }
  const Binning bins = binning(low, high, spacing(samples));
  std::vector<std::vector<double>> densities;
  double tallest = 0;
  for (const NamedValues& sample : samples) {
    densities.push_back(density(sample.values, bins));
    tallest = std::max(tallest, *std::max_element(densities.back().begin(), densities.back().end()));
  }
  if (tallest == 0) tallest = 1;
  const bool has_unit = !title.unit.empty();
  const std::string below = has_unit ? text(title.quantity, " [", title.unit, "]") : title.quantity;
  const std::string beside = has_unit ? text("share of jets per ", title.unit) : "density";
  draw_picture(stem, 460, 360, [&](Canvas& canvas) {
    Axes axes(canvas, 75, 20, 365, 285, {below, bins.low, bins.high(), false}, {beside, 0, 1.25 * tallest, false});
    for (std::size_t index = 0; index < samples.size(); ++index) {
      std::vector<std::pair<double, double>> steps;
      for (std::size_t bin = 0; bin < bins.bins; ++bin) {
        for (const std::size_t edge : {bin, bin + 1}) {
          steps.emplace_back(bins.low + bins.width * static_cast<double>(edge), densities[index][bin]);
        }
      }
      axes.curve(steps, curve_color(index), 1.6);
      axes.legend(index, samples[index].name, curve_color(index), Axes::Legend::kTopRight);
    }
  });
}

void plot_calibration(const std::filesystem::path& stem, const std::vector<NamedCalibration>& all) {
  const double legend = all.empty() ? 0 : 5 + Axes::kLegendStep * static_cast<double>(all.size());
  draw_picture(stem, 430, 410 + legend, [&](Canvas& canvas) {
    Axes axes(canvas, 65, 20, 345, 345, {"predicted probability of y = 1", 0, 1}, {"share of y = 1", 0, 1});
    axes.curve({{0, 0}, {1, 1}}, {0.6, 0.6, 0.6}, 1, true);
    for (std::size_t index = 0; index < all.size(); ++index) {
      const Color color = curve_color(index);
      std::vector<std::pair<double, double>> line;
      for (const CalibrationBin& bin : all[index].bins) {
        if (bin.jets == 0) continue;
        const double share = bin.signal_share;
        // One jet of each class more, so that a bin of one class has an error too.
        const auto jets = static_cast<double>(bin.jets);
        const double likely = (share * jets + 1) / (jets + 2);
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
