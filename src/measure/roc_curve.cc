#include "measure/roc_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "measure/scores_check.h"

namespace jetvit {

std::vector<RocPoint> roc_curve(std::span<const double> score, std::span<const std::uint8_t> label) {
  check_scores(score, label, {});
  std::vector<std::size_t> order(score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score[a] > score[b]; });
  const auto signals = static_cast<double>(std::count(label.begin(), label.end(), std::uint8_t{1}));
  const double backgrounds = static_cast<double>(label.size()) - signals;
  std::vector<RocPoint> curve = {{0, 0, std::numeric_limits<double>::infinity()}};
  std::size_t signal = 0;
  std::size_t background = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    ++(label[order[rank]] != 0 ? signal : background);
    if (rank + 1 < order.size() && score[order[rank + 1]] == score[order[rank]]) continue;
    curve.push_back(
        {static_cast<double>(signal) / signals, static_cast<double>(background) / backgrounds, score[order[rank]]});
  }
  return curve;
}

WorkingPoint working_point(const std::vector<RocPoint>& curve, double signal_efficiency, std::size_t background_jets) {
  const auto after =
      std::lower_bound(curve.begin() + 1, curve.end() - 1, signal_efficiency,
                       [](const RocPoint& point, double value) { return point.signal_efficiency < value; });
  const RocPoint& low = *(after - 1);
  const RocPoint& high = *after;
  const double width = high.signal_efficiency - low.signal_efficiency;
  const double share = width > 0 ? (signal_efficiency - low.signal_efficiency) / width : 1;
  const double background =
      low.background_efficiency + share * (high.background_efficiency - low.background_efficiency);
  const auto jets = static_cast<double>(background_jets);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (background <= 0) return {signal_efficiency, kInfinity, kInfinity, -jets / std::log(0.05), high.threshold};
  const double error = std::sqrt(background * (1 - background) / jets);
  constexpr double kLimitOfOne = 4.743864518390610;
  const bool is_one = background * jets < 1.5;  // the number between two points is no integer
  return {signal_efficiency, 1 / background, error / (background * background), is_one ? jets / kLimitOfOne : 0,
          high.threshold};
}

}  // namespace jetvit
