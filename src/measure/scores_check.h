#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace jetvit {

// Checks scores, labels (1 signal, 0 background) and optional weights: they must have equal lengths, scores and weights
// must be finite, labels 0 or 1, and the weights of each class must have a positive sum. Single weights may be zero or
// negative, as those of next-to-leading-order generators. Throws Error with the problem and the jet.
void check_scores(std::span<const double> score, std::span<const std::uint8_t> label, std::span<const double> weight);

// The same for probabilities, which must also be between 0 and 1.
void check_probabilities(std::span<const double> probability, std::span<const std::uint8_t> label,
                         std::span<const double> weight);

// Throws Error naming the first jet with a negative weight. `purpose`: what negative weights make impossible, such as
// "a fit".
void refuse_negative_weights(std::span<const double> weight, std::string_view purpose);

}  // namespace jetvit
