#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// The temperature T, between 0.01 and 100, that minimizes the log loss when logits are divided by it (Guo et al.,
// arXiv:1706.04599). It is above 1 for an overconfident classifier. Fit it to other jets than those used for
// evaluation. Throws like probability_metrics(), and Error for negative weights, with which the loss is not convex.
double fit_temperature(std::span<const double> probability, std::span<const std::uint8_t> label,
                       std::span<const double> weight = {});

// The probabilities after dividing their logits by `temperature`. Their order does not change.
std::vector<double> with_temperature(std::span<const double> probability, double temperature);

}  // namespace jetvit
