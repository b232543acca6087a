#include "measure/logistic_regression.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "measure/generated_jets.h"
#include "measure/roc_auc.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

using Features = std::vector<std::vector<double>>;

TEST(LogisticRegression, GradientVanishesAtTheOptimum) {
  constexpr std::size_t kJets = 3000;
  const test::GeneratedJets jets = test::generated_jets(kJets, 0, 700);
  Features features = {jets.score, test::uniform(710, kJets), jets.score};
  for (double& value : features[1]) value = 1e4 * value + 50;
  for (std::size_t jet = 0; jet < kJets; ++jet) features[2][jet] = std::sqrt(features[2][jet]);  // nearly collinear
  const LogisticRegression fit(features, jets.label);
  const std::vector<double> probability = fit.predict(features);
  for (std::size_t index = 0; index <= features.size(); ++index) {
    double mean = 0;
    double deviation = 1;
    if (index > 0) {
      const auto& values = features[index - 1];
      mean = std::accumulate(values.begin(), values.end(), 0.0) / kJets;
      double squares = 0;
      for (const double value : values) squares += (value - mean) * (value - mean);
      deviation = std::sqrt(squares / kJets);
    }
    double gradient = index > 0 ? -1e-6 * kJets * fit.coefficients()[index] : 0;
    for (std::size_t jet = 0; jet < kJets; ++jet) {
      const double x = index > 0 ? (features[index - 1][jet] - mean) / deviation : 1;
      gradient += (jets.label[jet] - probability[jet]) * x;
    }
    EXPECT_NEAR(gradient / kJets, 0, 1e-12) << "coefficient " << index;
  }
}

TEST(LogisticRegression, PerfectSeparationStaysFinite) {
  Features features = {{}};
  std::vector<std::uint8_t> label;
  for (int jet = 0; jet < 100; ++jet) {
    features[0].push_back(jet);
    label.push_back(jet < 50 ? 0 : 1);
  }
  const LogisticRegression fit(features, label);
  for (const double coefficient : fit.coefficients()) EXPECT_TRUE(std::isfinite(coefficient));
  const std::vector<double> probability = fit.predict(features);
  EXPECT_EQ(roc_auc(probability, label), 1);
  EXPECT_LT(probability.front(), 1e-3);
  EXPECT_GT(probability.back(), 1 - 1e-3);
}

TEST(LogisticRegression, ConstantAndRepeatedFeaturesHaveNoEffect) {
  const test::GeneratedJets jets = test::generated_jets(500, 0, 720);
  const LogisticRegression alone({jets.score}, jets.label);
  const LogisticRegression more({jets.score, std::vector<double>(500, 1e5 / 3), jets.score}, jets.label);
  EXPECT_EQ(more.coefficients()[2], 0);
  const std::vector<double> expected = alone.predict({jets.score});
  const std::vector<double> got = more.predict({jets.score, std::vector<double>(500, 1e5 / 3), jets.score});
  for (std::size_t jet = 0; jet < 500; ++jet) EXPECT_NEAR(got[jet], expected[jet], 1e-5);
}

TEST(LogisticRegression, ScaleOfAFeatureDoesNotMatter) {
  const test::GeneratedJets jets = test::generated_jets(500, 0, 730);
  std::vector<double> scaled;
  for (const double score : jets.score) scaled.push_back(1e9 * score - 4e8);
  const LogisticRegression a({jets.score}, jets.label);
  const LogisticRegression b({scaled}, jets.label);
  for (std::size_t index = 0; index < 2; ++index) EXPECT_NEAR(a.coefficients()[index], b.coefficients()[index], 1e-10);
}

TEST(LogisticRegression, RareClassIsFittedWithoutBias) {
  // One signal jet in 1,000 and a feature without information: the probability is the fraction of signal.
  std::vector<std::uint8_t> label(2000, 0);
  label[100] = label[1700] = 1;
  const Features features = {test::uniform(740, 2000)};
  const LogisticRegression fit(features, label);
  const std::vector<double> probability = fit.predict(features);
  EXPECT_NEAR(std::accumulate(probability.begin(), probability.end(), 0.0), 2, 1e-9);
}

TEST(LogisticRegression, MistakesAreNamed) {
  const std::vector<std::uint8_t> label = {0, 1, 1};
  EXPECT_ERROR(LogisticRegression({}, label), Error, "no feature");
  EXPECT_ERROR(LogisticRegression({{1, 2}}, label), Error, "do not match");
  EXPECT_ERROR(LogisticRegression({{1, 2, NAN}}, label), Error, "jet 2 has the score nan");
  const LogisticRegression fit({{1, 2, 1.5}}, label);
  EXPECT_ERROR(fit.predict({}), Error, "0 features (it was fitted to 1)");
}

}  // namespace
}  // namespace jetvit
