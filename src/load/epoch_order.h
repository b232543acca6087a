#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// The order of `count` jets in an epoch: a Fisher-Yates shuffle with a random stream keyed by seed and epoch.
std::vector<std::size_t> epoch_order(std::size_t count, std::uint64_t seed, int epoch);

// Running sums of weights, for weighted_order(). Throws Error if a weight is negative or not finite, or all are zero.
std::vector<double> cumulative_sums(std::span<const float> weights);

// Draws sums.size() jets with replacement, with probabilities proportional to their weights, from a random stream keyed
// by seed and epoch.
std::vector<std::size_t> weighted_order(std::span<const double> sums, std::uint64_t seed, int epoch);

}  // namespace jetvit
