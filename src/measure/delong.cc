#include "measure/delong.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "measure/scores_check.h"
#include "measure/weight_sums.h"

namespace jetvit {
namespace {

// The jets of an estimate, checked.
struct Sample {
  std::span<const std::uint8_t> label;
  std::span<const double> weight;
  std::array<WeightSums, 2> sums;

  Sample(std::span<const double> score, std::span<const std::uint8_t> labels, std::span<const double> weights)
      : label(labels), weight(weights) {
    check_scores(score, label, weight);
    sums = weight_sums(label, weight);
    if (sums[0].jets < 2 || sums[1].jets < 2) {
      throw Error(text("scores: each class needs at least two jets", weight.empty() ? "" : " whose weight is not 0",
                       " for an error estimate"));
    }
  }

  // For each signal jet the fraction of background jets with a lower score, for each background jet the fraction of
  // signal jets with a higher score. Ties count one half.
  std::vector<double> components(std::span<const double> score) const {
    std::vector<std::size_t> order(score.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score[a] < score[b]; });
    std::vector<double> out(score.size());
    std::array<double, 2> below{};  // the weights of each class at lower scores
    for (std::size_t begin = 0; begin < order.size();) {
      std::array<double, 2> tied{};
      std::size_t end = begin;
      for (; end < order.size() && score[order[end]] == score[order[begin]]; ++end) {
        tied[label[order[end]]] += weight_of(weight, order[end]);
      }
      const double of_signal = (below[0] + tied[0] / 2) / sums[0].weight;
      const double of_background = 1 - (below[1] + tied[1] / 2) / sums[1].weight;
      for (; begin < end; ++begin) out[order[begin]] = label[order[begin]] != 0 ? of_signal : of_background;
      for (const std::size_t of_class : {0U, 1U}) below[of_class] += tied[of_class];
    }
    return out;
  }

  // The weighted mean of the values of one class.
  double mean(const std::vector<double>& values, std::size_t of_class) const {
    double sum = 0;
    for (std::size_t jet = 0; jet < values.size(); ++jet) {
      if (label[jet] == of_class) sum += weight_of(weight, jet) * values[jet];
    }
    return sum / sums[of_class].weight;
  }

  // The standard error of the mean over both classes.
  double error(const std::vector<double>& values) const {
    double variance = 0;
    for (const std::size_t of_class : {0U, 1U}) {
      const double center = mean(values, of_class);
      double sum = 0;
      for (std::size_t jet = 0; jet < values.size(); ++jet) {
        if (label[jet] != of_class) continue;
        const double deviation = weight_of(weight, jet) * (values[jet] - center);
        sum += deviation * deviation;
      }
      const auto jets = static_cast<double>(sums[of_class].jets);
      variance += jets / (jets - 1) * sum / (sums[of_class].weight * sums[of_class].weight);
    }
    return std::sqrt(variance);
  }
};

}  // namespace

AucEstimate delong(std::span<const double> score, std::span<const std::uint8_t> label, std::span<const double> weight) {
  const Sample sample(score, label, weight);
  const std::vector<double> values = sample.components(score);
  return {sample.mean(values, 1), sample.error(values)};
}

PairedComparison delong_paired(std::span<const double> first, std::span<const double> second,
                               std::span<const std::uint8_t> label, std::span<const double> weight) {
  const Sample sample(first, label, weight);
  check_scores(second, label, weight);
  const std::vector<double> one = sample.components(first);
  const std::vector<double> other = sample.components(second);
  PairedComparison out;
  out.difference = sample.mean(one, 1) - sample.mean(other, 1);
  std::vector<double> differences(one.size());
  std::transform(one.begin(), one.end(), other.begin(), differences.begin(), std::minus<>());
  out.error = sample.error(differences);
  if (out.error > 0) out.p_value = std::erfc(std::abs(out.difference) / out.error / std::sqrt(2.0));
  return out;
}

}  // namespace jetvit
