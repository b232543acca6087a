#include "measure/roc_curve.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "measure/scores_check.h"
#include "measure/weight_sums.h"

namespace jetvit {

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

WorkingPoint working_point(const std::vector<RocPoint>& curve, double signal_efficiency, double background_jets) {
  const auto after = std::find_if(curve.begin() + 1, curve.end() - 1, [signal_efficiency](const RocPoint& point) {
    return point.signal_efficiency >= signal_efficiency;
  });
  const RocPoint& low = *(after - 1);
  const RocPoint& high = *after;
  const double width = high.signal_efficiency - low.signal_efficiency;
  const double share = width > 0 ? (signal_efficiency - low.signal_efficiency) / width : 1;
  const auto between = [share](double from, double to) { return from + share * (to - from); };
  const double background = between(low.background_efficiency, high.background_efficiency);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (background <= 0)
    return {signal_efficiency, kInfinity, kInfinity, -background_jets / std::log(0.05), high.threshold};
  // The variance of a ratio of weighted sums: what passes deviates by 1 - eB from the mean, the rest by eB. With equal
  // weights it is the binomial eB (1 - eB) / n.
  const double passing = between(low.background_squares, high.background_squares);
  const double square = (1 - background) * (1 - background) * passing + background * background * (1 - passing);
  const double error = std::sqrt(std::max(0.0, square) / background_jets);
  constexpr double kLimitOfOne = 4.743864518390610;
  const bool is_one = background * background_jets < 1.5;  // the number between two points is no integer
  return {signal_efficiency, 1 / background, error / (background * background),
          is_one ? background_jets / kLimitOfOne : 0, high.threshold};
}

}  // namespace jetvit
