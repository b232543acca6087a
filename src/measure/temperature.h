#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// The temperature T by which logits must be divided for the least log loss (Guo et al., arXiv:1706.04599), between 0.01
// and 100; above 1 for a classifier that is too sure of itself. To be fitted to other jets than those that it is
// measured on. Throws as probability_metrics.
double fit_temperature(std::span<const double> probability, std::span<const std::uint8_t> label);

// The probabilities after their logits were divided by `temperature`: their order stays.
std::vector<double> with_temperature(std::span<const double> probability, double temperature);

}  // namespace jetvit
