// Compares DeLong's errors with their definition, pair by pair (DeLong et al., Biometrics 44 (1988) 837).
#include "measure/delong.h"

#include <array>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "measure/generated_jets.h"
#include "measure/roc_auc.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

constexpr double kRounding = 1e-12;

// Weights of a next-to-leading-order sample: some are negative, some zero.
std::vector<double> signed_weights(std::uint64_t stream, std::size_t jets) {
  std::vector<double> weight = test::uniform(stream, jets);
  for (std::size_t jet = 0; jet < jets; ++jet)
    weight[jet] = jet % 11 == 5 ? 0 : weight[jet] < 0.2 ? -0.7 : 3 * weight[jet];
  return weight;
}

// wins[s][b] of every (signal, background) pair: 1, 1/2 on a tie, 0.
std::vector<std::vector<double>> wins_of(const std::vector<double>& score, const std::vector<std::uint8_t>& label) {
  std::vector<std::vector<double>> wins;
  for (std::size_t s = 0; s < score.size(); ++s) {
    if (label[s] != 1) continue;
    wins.emplace_back();
    for (std::size_t b = 0; b < score.size(); ++b) {
      if (label[b] == 0) wins.back().push_back(score[s] > score[b] ? 1 : (score[s] == score[b] ? 0.5 : 0));
    }
  }
  return wins;
}

// Mean of the wins and the variance of the mean, from the means over either class.
std::pair<double, double> by_pairs(const std::vector<std::vector<double>>& wins) {
  const std::size_t signals = wins.size();
  const std::size_t backgrounds = wins.front().size();
  double mean = 0;
  std::vector<double> of_signal(signals, 0);
  std::vector<double> of_background(backgrounds, 0);
  for (std::size_t s = 0; s < signals; ++s) {
    for (std::size_t b = 0; b < backgrounds; ++b) {
      mean += wins[s][b] / static_cast<double>(signals * backgrounds);
      of_signal[s] += wins[s][b] / static_cast<double>(backgrounds);
      of_background[b] += wins[s][b] / static_cast<double>(signals);
    }
  }
  double variance = 0;
  for (const auto& values : {of_signal, of_background}) {
    const auto count = static_cast<double>(values.size());
    for (const double value : values) variance += (value - mean) * (value - mean) / (count - 1) / count;
  }
  return {mean, variance};
}

TEST(DeLong, EqualsItsDefinitionByPairs) {
  for (const auto& [jets, levels] : {std::pair(9, 0), std::pair(50, 3), std::pair(300, 0), std::pair(300, 7)}) {
    const test::GeneratedJets sample = test::generated_jets(static_cast<std::size_t>(jets), levels, 900);
    const auto [auc, variance] = by_pairs(wins_of(sample.score, sample.label));
    const AucEstimate estimate = delong(sample.score, sample.label);
    EXPECT_NEAR(estimate.auc, auc, kRounding);
    EXPECT_NEAR(estimate.auc, roc_auc(sample.score, sample.label), kRounding);
    EXPECT_NEAR(estimate.error, std::sqrt(variance), kRounding);
  }
}

TEST(DeLong, PairedTestEqualsItsDefinitionByPairs) {
  const test::GeneratedJets sample = test::generated_jets(200, 20, 910);
  std::vector<double> other = test::uniform(920, 200);
  for (std::size_t jet = 0; jet < other.size(); ++jet) other[jet] = std::floor(8 * (other[jet] + sample.score[jet]));
  auto wins = wins_of(sample.score, sample.label);
  const auto of_other = wins_of(other, sample.label);
  for (std::size_t s = 0; s < wins.size(); ++s) {
    for (std::size_t b = 0; b < wins[s].size(); ++b) wins[s][b] -= of_other[s][b];
  }
  const auto [difference, variance] = by_pairs(wins);
  const PairedComparison paired = delong_paired(sample.score, other, sample.label);
  EXPECT_NEAR(paired.difference, difference, kRounding);
  EXPECT_NEAR(paired.error, std::sqrt(variance), kRounding);
  EXPECT_NEAR(paired.p_value, std::erfc(std::abs(difference) / std::sqrt(2 * variance)), kRounding);
  const PairedComparison swapped = delong_paired(other, sample.score, sample.label);
  EXPECT_EQ(swapped.difference, -paired.difference);
  EXPECT_NEAR(swapped.p_value, paired.p_value, kRounding);
}

TEST(DeLong, AClassifierDoesNotDifferFromItself) {
  const test::GeneratedJets sample = test::generated_jets(100, 0, 930);
  const PairedComparison paired = delong_paired(sample.score, sample.score, sample.label);
  EXPECT_EQ(paired.difference, 0);
  EXPECT_EQ(paired.error, 0);
  EXPECT_EQ(paired.p_value, 1);
}

TEST(DeLong, PerfectClassifierHasNoError) {
  const std::vector<double> score = {0.1, 0.2, 0.8, 0.9};
  const std::vector<std::uint8_t> label = {0, 0, 1, 1};
  EXPECT_EQ(delong(score, label).auc, 1);
  EXPECT_EQ(delong(score, label).error, 0);
}

// The AUC by its definition over pairs: negative weights subtract.
TEST(DeLong, WeightedAucIsTheWeightedShareOfPairs) {
  const test::GeneratedJets sample = test::generated_jets(300, 40, 940);
  const std::vector<double> weight = signed_weights(943, 300);
  double pairs = 0;
  double wins = 0;
  for (std::size_t s = 0; s < 300; ++s) {
    for (std::size_t b = 0; b < 300; ++b) {
      if (sample.label[s] != 1 || sample.label[b] != 0) continue;
      const double win = sample.score[s] > sample.score[b] ? 1 : sample.score[s] == sample.score[b] ? 0.5 : 0;
      pairs += weight[s] * weight[b];
      wins += weight[s] * weight[b] * win;
    }
  }
  EXPECT_NEAR(delong(sample.score, sample.label, weight).auc, wins / pairs, kRounding);
  EXPECT_NEAR(roc_auc(sample.score, sample.label, weight), wins / pairs, kRounding);
}

TEST(DeLong, ScaledWeightsAndJetsOfWeightZeroChangeNothing) {
  const test::GeneratedJets sample = test::generated_jets(500, 30, 950);
  const std::vector<double> weight = signed_weights(953, 500);
  const std::vector<double> other = test::uniform(956, 500);
  test::GeneratedJets nonzero;
  std::vector<double> of_other;
  for (std::size_t jet = 0; jet < 500; ++jet) {
    if (weight[jet] == 0) continue;
    nonzero.score.push_back(sample.score[jet]);
    nonzero.label.push_back(sample.label[jet]);
    nonzero.weight.push_back(8 * weight[jet]);
    of_other.push_back(other[jet]);
  }
  ASSERT_LT(nonzero.score.size(), 470U);
  const AucEstimate estimate = delong(sample.score, sample.label, weight);
  EXPECT_EQ(delong(nonzero.score, nonzero.label, nonzero.weight).auc, estimate.auc);
  EXPECT_NEAR(delong(nonzero.score, nonzero.label, nonzero.weight).error, estimate.error, kRounding);
  const PairedComparison paired = delong_paired(sample.score, other, sample.label, weight);
  const PairedComparison of_nonzero = delong_paired(nonzero.score, of_other, nonzero.label, nonzero.weight);
  EXPECT_NEAR(of_nonzero.difference, paired.difference, kRounding);
  EXPECT_NEAR(of_nonzero.error, paired.error, kRounding);
}

TEST(DeLong, WeightsOfOneAreNoWeights) {
  const test::GeneratedJets sample = test::generated_jets(500, 30, 960);
  const std::vector<double> ones(500, 1);
  const std::vector<double> other = test::uniform(963, 500);
  EXPECT_EQ(delong(sample.score, sample.label, ones).auc, delong(sample.score, sample.label).auc);
  EXPECT_EQ(delong(sample.score, sample.label, ones).error, delong(sample.score, sample.label).error);
  EXPECT_EQ(delong_paired(sample.score, other, sample.label, ones).error,
            delong_paired(sample.score, other, sample.label).error);
}

// The error equals the spread of the weighted AUC over independent samples, and that of a paired difference its own.
TEST(DeLong, WeightedErrorsAreTheSpreadOverSamples) {
  constexpr int kSamples = 1000;
  constexpr std::size_t kJets = 400;
  std::array<double, 2> sum{};
  std::array<double, 2> squares{};
  std::array<double, 2> variance{};
  for (std::uint64_t number = 0; number < kSamples; ++number) {
    const test::GeneratedJets jets = test::generated_jets(kJets, 0, 100'000 + 10 * number);
    const std::vector<double> weight = signed_weights(100'005 + 10 * number, kJets);
    std::vector<double> other = test::uniform(100'006 + 10 * number, kJets);
    for (std::size_t jet = 0; jet < kJets; ++jet) other[jet] += jets.score[jet];
    const AucEstimate estimate = delong(jets.score, jets.label, weight);
    const PairedComparison paired = delong_paired(jets.score, other, jets.label, weight);
    const std::array values = {std::pair(estimate.auc, estimate.error), std::pair(paired.difference, paired.error)};
    for (std::size_t of : {0U, 1U}) {
      sum[of] += values[of].first / kSamples;
      squares[of] += values[of].first * values[of].first / kSamples;
      variance[of] += values[of].second * values[of].second / kSamples;
    }
  }
  for (const std::size_t of : {0U, 1U}) {
    // The spread of 1,000 samples is known to 2.2 %; without the weights the errors would be 0.6 of it.
    EXPECT_NEAR(std::sqrt(variance[of] / (squares[of] - sum[of] * sum[of])), 1, 0.08) << of;
  }
}

// The error equals the spread of the AUC over independent samples of one population.
TEST(DeLong, ErrorIsTheSpreadOverSamples) {
  constexpr int kSamples = 400;
  double sum = 0;
  double squares = 0;
  double variance = 0;
  for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
    const test::GeneratedJets jets = test::generated_jets(200, 0, 10'000 + 3 * sample);
    const AucEstimate estimate = delong(jets.score, jets.label);
    sum += estimate.auc;
    squares += estimate.auc * estimate.auc;
    variance += estimate.error * estimate.error / kSamples;
  }
  const double spread = std::sqrt(squares / kSamples - sum / kSamples * (sum / kSamples));
  // The spread of 400 samples is known to 3.5 %.
  EXPECT_NEAR(std::sqrt(variance) / spread, 1, 0.12);
}

TEST(DeLong, NeedsTwoJetsOfEachClass) {
  EXPECT_ERROR(delong(std::vector<double>{1, 2, 3}, std::vector<std::uint8_t>{0, 1, 1}), Error,
               "each class needs at least two jets for an error estimate");
  EXPECT_ERROR(
      delong(std::vector<double>{1, 2, 3, 4}, std::vector<std::uint8_t>{0, 1, 1, 0}, std::vector<double>{1, 1, 1, 0}),
      Error, "each class needs at least two jets whose weight is not 0");
}

}  // namespace
}  // namespace jetvit
