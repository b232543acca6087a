#pragma once

#include <cstdint>
#include <span>

namespace jetvit {

// Scores with labels (1 signal, 0 background) and optional weights must be of one length, finite, hold both classes;
// labels must be 0 or 1 and weights positive. Throws Error that says which is not so, and where.
void check_scores(std::span<const double> score, std::span<const std::uint8_t> label, std::span<const double> weight);

// check_scores() of probabilities: they must also lie between 0 and 1.
void check_probabilities(std::span<const double> probability, std::span<const std::uint8_t> label);

}  // namespace jetvit
