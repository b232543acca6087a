// Relations that hold for any scores and need no reference.
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "measure/delong.h"
#include "measure/generated_jets.h"
#include "measure/probability_metrics.h"
#include "measure/roc_auc.h"
#include "measure/roc_curve.h"

namespace jetvit {
namespace {

class Invariance : public ::testing::TestWithParam<int> {
 protected:
  test::GeneratedJets jets_ = test::generated_jets(5000, GetParam(), 500);
};

INSTANTIATE_TEST_SUITE_P(Levels, Invariance, ::testing::Values(0, 30));

TEST_P(Invariance, IncreasingMapsOfTheScoreChangeNothing) {
  const double auc = roc_auc(jets_.score, jets_.label);
  const double weighted = roc_auc(jets_.score, jets_.label, jets_.weight);
  const double error = delong(jets_.score, jets_.label).error;
  const auto curve = roc_curve(jets_.score, jets_.label);
  for (double (*map)(double) : {+[](double x) { return 1e6 * x - 3; }, +[](double x) { return std::exp(5 * x); },
                                +[](double x) { return std::log((x + 0.01) / (1.01 - x)); }}) {
    std::vector<double> mapped;
    for (const double score : jets_.score) mapped.push_back(map(score));
    EXPECT_EQ(roc_auc(mapped, jets_.label), auc);
    EXPECT_EQ(roc_auc(mapped, jets_.label, jets_.weight), weighted);
    EXPECT_EQ(delong(mapped, jets_.label).error, error);
    EXPECT_EQ(roc_curve(mapped, jets_.label).size(), curve.size());
  }
}

TEST_P(Invariance, SwappedClassesOrNegatedScoresMirrorTheAuc) {
  std::vector<std::uint8_t> swapped;
  std::vector<double> negated;
  for (const std::uint8_t label : jets_.label) swapped.push_back(label == 0 ? 1 : 0);
  for (const double score : jets_.score) negated.push_back(-score);
  const double auc = roc_auc(jets_.score, jets_.label);
  EXPECT_NEAR(roc_auc(jets_.score, swapped), 1 - auc, 1e-12);
  EXPECT_NEAR(roc_auc(negated, jets_.label), 1 - auc, 1e-12);
  EXPECT_NEAR(roc_auc(negated, swapped), auc, 1e-12);
  EXPECT_NEAR(roc_auc(jets_.score, swapped, jets_.weight), 1 - roc_auc(jets_.score, jets_.label, jets_.weight), 1e-12);
  EXPECT_NEAR(delong(negated, jets_.label).error, delong(jets_.score, jets_.label).error, 1e-12);
}

TEST_P(Invariance, OrderOfTheJetsDoesNotMatter) {
  std::vector<std::size_t> order(jets_.score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::vector<double> key = test::uniform(600, order.size());
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key[a] < key[b]; });
  test::GeneratedJets other;
  for (const std::size_t jet : order) {
    other.score.push_back(jets_.score[jet]);
    other.label.push_back(jets_.label[jet]);
    other.weight.push_back(jets_.weight[jet]);
  }
  EXPECT_EQ(roc_auc(other.score, other.label), roc_auc(jets_.score, jets_.label));
  EXPECT_NEAR(roc_auc(other.score, other.label, other.weight), roc_auc(jets_.score, jets_.label, jets_.weight), 1e-14);
  EXPECT_NEAR(delong(other.score, other.label).error, delong(jets_.score, jets_.label).error, 1e-14);
  const ProbabilityMetrics before = probability_metrics(jets_.score, jets_.label);
  const ProbabilityMetrics after = probability_metrics(other.score, other.label);
  EXPECT_EQ(after.average_precision, before.average_precision);
  EXPECT_NEAR(after.brier, before.brier, 1e-13);
}

TEST_P(Invariance, ConstantWeightsHaveNoEffect) {
  const std::vector<double> constant(jets_.score.size(), 0.125);
  EXPECT_NEAR(roc_auc(jets_.score, jets_.label, constant), roc_auc(jets_.score, jets_.label), 1e-15);
}

TEST_P(Invariance, AnIntegerWeightEqualsThatManyJets) {
  test::GeneratedJets repeated;
  std::vector<double> weight;
  for (std::size_t jet = 0; jet < jets_.score.size(); ++jet) {
    weight.push_back(1 + static_cast<double>(jet % 3));
    for (std::size_t copy = 0; copy <= jet % 3; ++copy) {
      repeated.score.push_back(jets_.score[jet]);
      repeated.label.push_back(jets_.label[jet]);
    }
  }
  EXPECT_NEAR(roc_auc(jets_.score, jets_.label, weight), roc_auc(repeated.score, repeated.label), 1e-14);
}

TEST_P(Invariance, AreaUnderTheCurveIsTheAuc) {
  const auto curve = roc_curve(jets_.score, jets_.label);
  double area = 0;
  for (std::size_t point = 1; point < curve.size(); ++point) {
    EXPECT_GE(curve[point].signal_efficiency, curve[point - 1].signal_efficiency);
    EXPECT_GE(curve[point].background_efficiency, curve[point - 1].background_efficiency);
    EXPECT_LT(curve[point].threshold, curve[point - 1].threshold);
    area += (curve[point].background_efficiency - curve[point - 1].background_efficiency) *
            (curve[point].signal_efficiency + curve[point - 1].signal_efficiency) / 2;
  }
  EXPECT_NEAR(area, roc_auc(jets_.score, jets_.label), 1e-12);
}

}  // namespace
}  // namespace jetvit
