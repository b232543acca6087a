#include "base/draws.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

constexpr int kDraws = 200000;

// The counts of each value follow the probabilities of the distribution, within five binomial errors.
TEST(Draws, PoissonNumbersFollowTheirDistribution) {
  for (const double mean : {0.3, 3.0, 22.0}) {
    RandomStream stream({1, static_cast<std::uint64_t>(10 * mean)});
    std::array<int, 100> counts{};
    for (int draw = 0; draw < kDraws; ++draw) ++counts.at(static_cast<std::size_t>(draw_poisson(mean, stream)));
    for (std::size_t count = 0; count < counts.size(); ++count) {
      const auto number = static_cast<double>(count);
      const double probability = std::exp(number * std::log(mean) - mean - std::lgamma(number + 1));
      const double expected = kDraws * probability;
      EXPECT_LE(std::abs(counts[count] - expected), 5 * std::sqrt(expected) + 2) << mean << ": " << count;
    }
  }
  RandomStream stream({2});
  EXPECT_EQ(draw_poisson(0, stream), 0);
}

// Kolmogorov and Smirnov: the largest distance between the two cumulative distributions exceeds 1.95 / sqrt(n) in one
// case in 1,000.
TEST(Draws, NormalNumbersFollowTheirDistribution) {
  RandomStream stream({3});
  std::vector<double> numbers(kDraws);
  for (double& number : numbers) number = draw_normal(stream);
  std::sort(numbers.begin(), numbers.end());
  double distance = 0;
  for (int rank = 0; rank < kDraws; ++rank) {
    const double expected = 0.5 * std::erfc(-numbers[static_cast<std::size_t>(rank)] / std::numbers::sqrt2);
    distance = std::max(distance, std::abs((rank + 0.5) / kDraws - expected));
  }
  EXPECT_LT(distance, 1.95 / std::sqrt(kDraws));
}

// Each of the 24 orders of four numbers is equally likely: chi-square with 23 degrees of freedom exceeds 50 in one case
// in 1,000.
TEST(Draws, PermutationsAreEquallyLikely) {
  RandomStream stream({4});
  std::array<int, 256> counts{};
  for (int draw = 0; draw < kDraws; ++draw) {
    std::size_t code = 0;
    for (const std::size_t place : draw_permutation(4, stream)) code = 4 * code + place;
    ++counts[code];
  }
  double chi_square = 0;
  int seen = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    ++seen;
    chi_square += std::pow(count - kDraws / 24.0, 2) / (kDraws / 24.0);
  }
  EXPECT_EQ(seen, 24);
  EXPECT_LT(chi_square, 50);
}

}  // namespace
}  // namespace jetvit
