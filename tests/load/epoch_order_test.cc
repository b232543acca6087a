#include "load/epoch_order.h"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace jetvit {
namespace {

TEST(EpochOrder, IsAPermutationThatDependsOnSeedAndEpoch) {
  std::vector<std::size_t> order = epoch_order(1000, 1, 0);
  EXPECT_EQ(order, epoch_order(1000, 1, 0));
  EXPECT_NE(order, epoch_order(1000, 1, 1));
  EXPECT_NE(order, epoch_order(1000, 2, 0));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
}

TEST(WeightedOrder, DependsOnSeedAndEpoch) {
  const std::vector<double> sums = cumulative_sums(std::vector<float>(1000, 1));
  EXPECT_EQ(weighted_order(sums, 1, 0), weighted_order(sums, 1, 0));
  EXPECT_NE(weighted_order(sums, 1, 0), weighted_order(sums, 1, 1));
  EXPECT_NE(weighted_order(sums, 1, 0), weighted_order(sums, 2, 0));
}

TEST(WeightedOrder, FrequenciesFollowTheWeights) {
  const std::vector<float> weights = {1, 0, 2, 0.5, 3, 0, 0.1F, 8, 1, 4};
  const double total = cumulative_sums(weights).back();
  std::vector<double> seen(weights.size());
  constexpr int kEpochs = 20000;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    for (const std::size_t jet : weighted_order(cumulative_sums(weights), 3, epoch)) ++seen[jet];
  }
  double chi_squared = 0;
  for (std::size_t jet = 0; jet < weights.size(); ++jet) {
    const double expected = kEpochs * 10.0 * weights[jet] / total;
    if (expected == 0) {
      EXPECT_EQ(seen[jet], 0) << jet;
    } else {
      chi_squared += (seen[jet] - expected) * (seen[jet] - expected) / expected;
    }
  }
  EXPECT_LT(chi_squared, 24.3);  // 7 degrees of freedom: one sample in a thousand is above
  EXPECT_GT(chi_squared, 0.6);   // and one below
}

TEST(WeightedOrder, RefusesImpossibleWeights) {
  EXPECT_ERROR(cumulative_sums(std::vector<float>{1, -1}), Error, "jet 1 has the weight -1");
  EXPECT_ERROR(cumulative_sums(std::vector<float>{std::numeric_limits<float>::quiet_NaN()}), Error,
               "jet 0 has the weight nan");
  EXPECT_ERROR(cumulative_sums(std::vector<float>{0, 0}), Error, "all weights are 0");
}

}  // namespace
}  // namespace jetvit
