#include "measure/roc_curve.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "measure/scores_check.h"
#include "measure/weight_sums.h"

namespace jetvit {
namespace {

// A point of the curve at a signal efficiency, interpolated.
struct OnCurve {
  double background = 0, background_squares = 0, threshold = 0;
};

// Where the curve first reaches the efficiency.
OnCurve point_at(const std::vector<RocPoint>& curve, double signal_efficiency) {
  const auto after = std::find_if(curve.begin() + 1, curve.end() - 1, [signal_efficiency](const RocPoint& point) {
    return point.signal_efficiency >= signal_efficiency;
  });
  const RocPoint& low = *(after - 1);
  const RocPoint& high = *after;
  const double width = high.signal_efficiency - low.signal_efficiency;
  const double share = width > 0 ? (signal_efficiency - low.signal_efficiency) / width : 1;
  const auto between = [share](double from, double to) { return from + share * (to - from); };
  return {between(low.background_efficiency, high.background_efficiency),
          between(low.background_squares, high.background_squares), high.threshold};
}

// Central 68.3 % of a share that was measured with `jets` jets.
std::pair<double, double> wilson_interval(double share, double jets) {
  if (std::isinf(jets)) return {share, share};
  // z = 1
  const double center = (share + 0.5 / jets) / (1 + 1 / jets);
  const double half = std::sqrt(share * (1 - share) / jets + 0.25 / (jets * jets)) / (1 + 1 / jets);
  return {share > 0 ? center - half : 0, share < 1 ? center + half : 1};
}

}  // namespace

std::vector<RocPoint> roc_curve(std::span<const double> score, std::span<const std::uint8_t> label,
                                std::span<const double> weight) {
  check_scores(score, label, weight);
  std::vector<std::size_t> order(score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score[a] > score[b]; });
  const auto sums = weight_sums(label, weight);
  std::vector<RocPoint> curve = {{0, 0, std::numeric_limits<double>::infinity(), 0}};
  std::array<WeightSums, 2> selected;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    selected[label[order[rank]]].add(weight_of(weight, order[rank]));
    if (rank + 1 < order.size() && score[order[rank + 1]] == score[order[rank]]) continue;
    curve.push_back({selected[1].weight / sums[1].weight, selected[0].weight / sums[0].weight, score[order[rank]],
                     selected[0].square / sums[0].square});
  }
  // Sums of weights that are added in another order differ by rounding: the whole sample is selected.
  curve.back().signal_efficiency = curve.back().background_efficiency = curve.back().background_squares = 1;
  return curve;
}

WorkingPoint working_point(const std::vector<RocPoint>& curve, double signal_efficiency, double signal_jets,
                           double background_jets) {
  const OnCurve at = point_at(curve, signal_efficiency);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  WorkingPoint out{.signal_efficiency = signal_efficiency,
                   .rejection = at.background > 0 ? 1 / at.background : kInfinity,
                   .error = kInfinity,
                   .threshold = at.threshold};
  // Where nothing passes, the variance is that of half a jet.
  const double background = std::clamp(at.background, 0.5 / background_jets, 1.0);
  // What passes deviates by 1 - eB from the mean, the rest by eB. With equal weights this is eB (1 - eB) / nB.
  const double passing = at.background > 0 ? at.background_squares : background;
  const double square = (1 - background) * (1 - background) * passing + background * background * (1 - passing);
  constexpr double kWindow = 0.1;
  const double from = std::max(0.0, signal_efficiency - kWindow);
  const double to = std::min(1.0, signal_efficiency + kWindow);
  const double slope = (point_at(curve, to).background - point_at(curve, from).background) / (to - from);
  const double variance = std::max(0.0, square) / background_jets +
                          slope * slope * signal_efficiency * (1 - signal_efficiency) / signal_jets;
  if (at.background > 0) out.error = std::sqrt(variance) / (background * background);
  const double jets = variance > 0 ? background * (1 - background) / variance : kInfinity;
  constexpr double kLimitOfOne = 4.743864518390610;
  if (at.background <= 0) {
    out.lower_limit = -std::min(jets, background_jets) / std::log(0.05);
  } else if (at.background * background_jets < 1.5) {  // the number between two points of the curve is no integer
    out.lower_limit = std::min(jets, background_jets) / kLimitOfOne;
  }
  const auto [low, high] = wilson_interval(std::clamp(at.background, 0.0, 1.0), jets);
  out.low = 1 / high;
  out.high = low > 0 ? 1 / low : kInfinity;
  return out;
}

}  // namespace jetvit
