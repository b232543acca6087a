#include "measure/auc_components.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "measure/scores_check.h"

namespace jetvit {

AucComponents::AucComponents(std::span<const double> score, std::span<const std::uint8_t> label,
                             std::span<const double> weight)
    : label_(label), weight_(weight) {
  check_scores(score, label, weight);
  sums_ = weight_sums(label, weight);
  if (sums_[0].jets >= 2 && sums_[1].jets >= 2) return;
  throw Error(text("scores: each class needs at least two jets", weight.empty() ? "" : " whose weight is not 0",
                   " for an error estimate"));
}

std::vector<double> AucComponents::of(std::span<const double> score) const {
  check_scores(score, label_, weight_);
  std::vector<std::size_t> order(score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score[a] < score[b]; });
  std::vector<double> out(score.size());
  std::array<double, 2> below{};  // the weights of each class at lower scores
  for (std::size_t begin = 0; begin < order.size();) {
    std::array<double, 2> tied{};
    std::size_t end = begin;
    for (; end < order.size() && score[order[end]] == score[order[begin]]; ++end) {
      tied[label_[order[end]]] += weight_of(weight_, order[end]);
    }
    const double of_signal = (below[0] + tied[0] / 2) / sums_[0].weight;
    const double of_background = 1 - (below[1] + tied[1] / 2) / sums_[1].weight;
    for (; begin < end; ++begin) out[order[begin]] = label_[order[begin]] != 0 ? of_signal : of_background;
    for (const std::size_t of_class : {0U, 1U}) below[of_class] += tied[of_class];
  }
  return out;
}

double AucComponents::mean(const std::vector<double>& values, std::size_t of_class) const {
  double sum = 0;
  for (std::size_t jet = 0; jet < values.size(); ++jet) {
    if (label_[jet] == of_class) sum += weight_of(weight_, jet) * values[jet];
  }
  return sum / sums_[of_class].weight;
}

double AucComponents::variance(const std::vector<double>& components) const {
  double variance = 0;
  for (const std::size_t of_class : {0U, 1U}) {
    const double center = mean(components, of_class);
    double sum = 0;
    for (std::size_t jet = 0; jet < components.size(); ++jet) {
      if (label_[jet] != of_class) continue;
      const double deviation = weight_of(weight_, jet) * (components[jet] - center);
      sum += deviation * deviation;
    }
    const auto jets = static_cast<double>(sums_[of_class].jets);
    variance += jets / (jets - 1) * sum / (sums_[of_class].weight * sums_[of_class].weight);
  }
  return variance;
}

}  // namespace jetvit
