#pragma once

#include <cstdint>
#include <span>

namespace jetvit {

// Checks scores, labels (1 signal, 0 background) and optional weights: they must have equal lengths, scores must be
// finite, labels 0 or 1, weights positive, and both classes must be present. Throws Error with the problem and the jet.
void check_scores(std::span<const double> score, std::span<const std::uint8_t> label, std::span<const double> weight);

// The same for probabilities, which must also be between 0 and 1.
void check_probabilities(std::span<const double> probability, std::span<const std::uint8_t> label);

}  // namespace jetvit
