// Compares DeLong's errors with their definition, pair by pair (DeLong et al., Biometrics 44 (1988) 837).
#include "measure/delong.h"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "measure/generated_jets.h"
#include "measure/roc_auc.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

constexpr double kRounding = 1e-12;

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
               "each class needs at least two jets");
}

}  // namespace
}  // namespace jetvit
