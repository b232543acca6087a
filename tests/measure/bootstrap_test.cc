#include "measure/bootstrap.h"

#include <gtest/gtest.h>

#include "measure/delong.h"
#include "measure/generated_jets.h"
#include "measure/roc_auc.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

TEST(Bootstrap, AgreesWithDeLongWithoutWeights) {
  for (const int levels : {0, 10}) {
    const test::GeneratedJets jets = test::generated_jets(2000, levels, 800);
    const AucEstimate delong_estimate = delong(jets.score, jets.label);
    const AucInterval interval = bootstrap_auc(jets.score, jets.label);
    // With 1,000 replicas the spread is known to 2.2 %, the 2.5 % quantiles to about 5 %.
    EXPECT_NEAR(interval.error / delong_estimate.error, 1, 0.09);
    EXPECT_NEAR((delong_estimate.auc - interval.low) / delong_estimate.error, 1.96, 0.3);
    EXPECT_NEAR((interval.high - delong_estimate.auc) / delong_estimate.error, 1.96, 0.3);
  }
}

TEST(Bootstrap, AgreesWithDeLongWithWeights) {
  const test::GeneratedJets jets = test::generated_jets(2000, 20, 830);
  std::vector<double> weight = jets.weight;
  for (std::size_t jet = 0; jet < weight.size(); ++jet)
    weight[jet] = jet % 5 == 0 ? -0.4 : jet % 3 == 0 ? 3 : weight[jet];
  const AucEstimate estimate = delong(jets.score, jets.label, weight);
  EXPECT_NEAR(bootstrap_auc(jets.score, jets.label, weight).error / estimate.error, 1, 0.09);
  EXPECT_GT(estimate.error, 1.2 * delong(jets.score, jets.label).error);
}

TEST(Bootstrap, ContainsTheWeightedAuc) {
  const test::GeneratedJets jets = test::generated_jets(1000, 0, 810);
  const double auc = roc_auc(jets.score, jets.label, jets.weight);
  const AucInterval interval = bootstrap_auc(jets.score, jets.label, jets.weight);
  EXPECT_LT(interval.low, auc);
  EXPECT_GT(interval.high, auc);
  // Twenty heavy jets among light ones carry less information than 1,000 equal jets.
  std::vector<double> uneven(1000, 1e-3);
  for (std::size_t jet = 0; jet < 20; ++jet) uneven[jet] = 1;
  EXPECT_GT(bootstrap_auc(jets.score, jets.label, uneven).error, 2 * interval.error);
}

// The interval has the stated coverage. Scores that are the probability of their label have an AUC of 5/6.
TEST(Bootstrap, CoversTheTruth) {
  int held = 0;
  constexpr int kSamples = 300;
  for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
    const test::GeneratedJets jets = test::generated_jets(300, 0, 50'000 + 3 * sample);
    const AucInterval interval = bootstrap_auc(jets.score, jets.label, {}, 400, sample);
    if (interval.low <= 5.0 / 6 && 5.0 / 6 <= interval.high) ++held;
  }
  // 95 % of 300 is 285, with a standard deviation of 3.8.
  EXPECT_GE(held, 270);
  EXPECT_LE(held, 298);
}

TEST(Bootstrap, IsTheSameForTheSameSeed) {
  const test::GeneratedJets jets = test::generated_jets(100, 5, 820);
  const AucInterval first = bootstrap_auc(jets.score, jets.label, {}, 50, 7);
  const AucInterval again = bootstrap_auc(jets.score, jets.label, {}, 50, 7);
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
  EXPECT_NE(first.error, bootstrap_auc(jets.score, jets.label, {}, 50, 8).error);
}

TEST(Bootstrap, TinyAndPerfectSamples) {
  const AucInterval two = bootstrap_auc(std::vector<double>{0.1, 0.9}, std::vector<std::uint8_t>{0, 1});
  EXPECT_EQ(two.low, 1);
  EXPECT_EQ(two.high, 1);
  EXPECT_ERROR(bootstrap_auc(std::vector<double>{0.1, 0.9}, std::vector<std::uint8_t>{1, 1}), Error, "one class");
}

}  // namespace
}  // namespace jetvit
