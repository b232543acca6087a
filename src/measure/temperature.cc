#include "measure/temperature.h"

#include <algorithm>
#include <cmath>

#include "measure/scores_check.h"
#include "measure/weight_sums.h"

namespace jetvit {
namespace {

constexpr double kLowest = 0.01;
constexpr double kHighest = 100;

}  // namespace

double fit_temperature(std::span<const double> probability, std::span<const std::uint8_t> label,
                       std::span<const double> weight) {
  check_probabilities(probability, label, weight);
  refuse_negative_weights(weight, "the fit of a temperature");
  constexpr double kLargestLogit = 37;  // of the largest double below 1
  std::vector<double> margin;           // the logit of the true class
  for (std::size_t jet = 0; jet < label.size(); ++jet) {
    const double logit = std::clamp(std::log(probability[jet] / (1 - probability[jet])), -kLargestLogit, kLargestLogit);
    margin.push_back(label[jet] != 0 ? logit : -logit);
  }
  // The derivative of the log loss with respect to 1 / T. It increases with 1 / T, because the loss is convex in 1 / T.
  const auto slope = [&](double log_temperature) {
    const double inverse = std::exp(-log_temperature);
    double sum = 0;
    for (std::size_t jet = 0; jet < margin.size(); ++jet) {
      sum -= weight_of(weight, jet) * margin[jet] / (1 + std::exp(margin[jet] * inverse));
    }
    return sum;
  };
  double low = std::log(kLowest);
  double high = std::log(kHighest);
  constexpr int kHalvings = 60;
  for (int step = 0; step < kHalvings; ++step) {
    const double middle = (low + high) / 2;
    // If the loss increases with 1 / T here, the minimum is at a smaller 1 / T: a higher temperature.
    (slope(middle) > 0 ? low : high) = middle;
  }
  return std::clamp(std::exp((low + high) / 2), kLowest, kHighest);
}

std::vector<double> with_temperature(std::span<const double> probability, double temperature) {
  std::vector<double> out;
  out.reserve(probability.size());
  for (const double p : probability) out.push_back(1 / (1 + std::pow((1 - p) / p, 1 / temperature)));
  return out;
}

}  // namespace jetvit
