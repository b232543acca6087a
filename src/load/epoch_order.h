#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// The order of `count` jets in an epoch: a Fisher-Yates shuffle by a stream keyed with seed and epoch.
std::vector<std::size_t> epoch_order(std::size_t count, std::uint64_t seed, int epoch);

// Running sums of weights, from which jets are drawn. Throws Error where a weight is negative or not finite, or all are
// zero.
std::vector<double> running_sums(std::span<const float> weights);

// As many jets as there are sums, drawn with replacement with probabilities proportional to their weights by a stream
// keyed with seed and epoch.
std::vector<std::size_t> weighted_order(std::span<const double> sums, std::uint64_t seed, int epoch);

}  // namespace jetvit
