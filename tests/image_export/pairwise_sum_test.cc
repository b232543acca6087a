#include "image_export/pairwise_sum.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

// Computed with numpy 2.4 by tests/oracle/make/make_published_oracles.py: 1, 1/2, 1/3 ... at every step-th position,
// the fill elsewhere.
struct Stored {
  std::size_t size, step;
  double fill, sum;
};

std::pair<std::vector<std::uint32_t>, std::vector<double>> harmonic(std::size_t size, std::size_t step) {
  std::pair<std::vector<std::uint32_t>, std::vector<double>> numbers;
  for (std::size_t at = 0; at < size; at += step) {
    numbers.first.push_back(static_cast<std::uint32_t>(at));
    numbers.second.push_back(1.0 / static_cast<double>(numbers.first.size()));
  }
  return numbers;
}

TEST(PairwiseSum, EqualsNumpyToTheLastBit) {
  for (const Stored& of : {
           Stored{7, 1, 0, 0x1.4be2be2be2be2p+1},
           Stored{127, 3, 0.1, 0x1.97fffd1b70f56p+3},
           Stored{128, 1, 0.1, 0x1.5bb8ae9541ca7p+2},
           Stored{129, 2, 0.3, 0x1.7f593149658bcp+4},
           Stored{1000, 7, 0.1, 0x1.6cf965e2991e9p+6},
           Stored{15625, 1, 0, 0x1.477be7b741edcp+3},
           Stored{15625, 19, 0, 0x1.d29c20ae26c33p+2},
           Stored{15625, 61, 0.1, 0x1.81bb68380621cp+10},
           Stored{578125, 911, 1.0 / 3, 0x1.77fbd961b70abp+17},
           Stored{5000000, 40009, 0.1, 0x1.e8463a35a470cp+18},
       }) {
    const auto [position, value] = harmonic(of.size, of.step);
    EXPECT_EQ(pairwise_sum({of.size, of.fill, position, value}), of.sum) << of.size << ' ' << of.step;
    EXPECT_EQ(pairwise_sum({of.size, of.fill, position, value}, 3), of.sum) << of.size << ' ' << of.step;
  }
}

TEST(PairwiseSum, ClusteredPositionsAndEmptyOnes) {
  EXPECT_EQ(pairwise_sum({0, 1.0, {}, {}}), 0);
  EXPECT_EQ(pairwise_sum({100'000'000, 0.0, {}, {}}), 0);
  EXPECT_EQ(pairwise_sum({1 << 20, 0.5, {}, {}}), 1 << 19);
  const std::vector<std::uint32_t> position = {99'999'998, 99'999'999};
  const std::vector<double> value = {3, 4};
  EXPECT_EQ(pairwise_sum({100'000'000, 0, position, value}, 2), 7);
}

}  // namespace
}  // namespace jetvit
