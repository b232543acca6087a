#include "base/random_stream.h"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(RandomStream, DependsOnEveryWordOfItsKey) {
  const std::uint64_t base = RandomStream({1, 2, 3})();
  EXPECT_EQ(base, RandomStream({1, 2, 3})());
  EXPECT_NE(base, RandomStream({1, 2, 4})());
  EXPECT_NE(base, RandomStream({1, 3, 2})());
  EXPECT_NE(base, RandomStream({1, 2})());
}

TEST(RandomStream, NeighboringKeysAreIndependentAndUniform) {
  // First draws of 100,000 neighboring streams in 16 bins: chi-square with 15 degrees of freedom exceeds 40 in one case
  // in 2,000.
  constexpr int kStreams = 100000;
  std::array<int, 16> counts{};
  double product = 0;
  for (std::uint64_t jet = 0; jet < kStreams; ++jet) {
    RandomStream stream({42, 0, 1, jet});
    const double first = stream.uniform();
    product += (first - 0.5) * (RandomStream({42, 0, 1, jet + 1}).uniform() - 0.5);
    ++counts[static_cast<std::size_t>(first * 16)];
  }
  double chi_square = 0;
  for (const int count : counts) chi_square += std::pow(count - kStreams / 16.0, 2) / (kStreams / 16.0);
  EXPECT_LT(chi_square, 40);
  EXPECT_LT(std::abs(product / kStreams), 5 * (1.0 / 12) / std::sqrt(kStreams));
}

TEST(RandomStream, BelowStaysBelow) {
  RandomStream stream({5});
  std::array<int, 7> seen{};
  for (int i = 0; i < 7000; ++i) ++seen[stream.below(7)];
  for (const int count : seen) EXPECT_NEAR(count, 1000, 5 * std::sqrt(1000));
}

}  // namespace
}  // namespace jetvit
