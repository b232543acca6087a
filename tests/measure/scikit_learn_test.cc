// Comparison with results of scikit-learn, stored by tests/oracle/make/make_measure_oracles.py.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/options.h"
#include "measure/generated_jets.h"
#include "measure/logistic_regression.h"
#include "measure/probability_metrics.h"
#include "measure/roc_auc.h"
#include "measure/roc_curve.h"

namespace jetvit {
namespace {

constexpr double kTolerance = 1e-12;  // both sides are double precision
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Json oracles() {
  const std::string path = JETVIT_SOURCE_DIR "/tests/measure/oracles.json";
  return parse_json(read_text_file(path, 1 << 20), path);
}

test::GeneratedJets jets_of(const Json& one) {
  if (one.contains("stream")) {
    return test::generated_jets(one.at("jets").get<std::size_t>(), one.at("levels").get<int>(),
                                one.at("stream").get<std::uint64_t>());
  }
  return {one.at("score").get<std::vector<double>>(), one.at("label").get<std::vector<std::uint8_t>>(),
          one.at("weight").get<std::vector<double>>()};
}

void expect_near(const Json& expected, const char* key, double value) {
  EXPECT_NEAR(value, expected.at(key).get<double>(), kTolerance) << key;
}

TEST(ScikitLearn, MetricsAgree) {
  const Json document = oracles();
  ASSERT_GE(document.at("cases").size(), 14U);
  for (const Json& one : document.at("cases")) {
    SCOPED_TRACE(one.at("name").get<std::string>());
    const test::GeneratedJets jets = jets_of(one);
    for (const auto& [key, weight] :
         {std::pair("expected", std::vector<double>()), std::pair("weighted", jets.weight)}) {
      SCOPED_TRACE(key);
      const Json& expected = one.at(key);
      expect_near(expected, "auc", roc_auc(jets.score, jets.label, weight));
      const ProbabilityMetrics metrics = probability_metrics(jets.score, jets.label, weight);
      expect_near(expected, "average_precision", metrics.average_precision);
      expect_near(expected, "log_loss", metrics.log_loss);
      expect_near(expected, "brier", metrics.brier);
      expect_near(expected, "accuracy", metrics.accuracy);
      expect_near(expected, "calibration_error", metrics.calibration_error);
    }
  }
}

void expect_curve(const std::vector<RocPoint>& curve, const Json& expected) {
  ASSERT_EQ(curve.size(), expected.at("signal").size());
  for (std::size_t point = 0; point < curve.size(); ++point) {
    EXPECT_NEAR(curve[point].signal_efficiency, expected["signal"][point].get<double>(), kTolerance);
    EXPECT_NEAR(curve[point].background_efficiency, expected["background"][point].get<double>(), kTolerance);
    const Json& threshold = expected["threshold"][point];
    EXPECT_EQ(curve[point].threshold, point == 0 ? kInfinity : threshold.get<double>());
  }
}

TEST(ScikitLearn, CurvesAgreePointByPoint) {
  const Json document = oracles();
  int curves = 0;
  for (const Json& one : document.at("cases")) {
    if (!one.contains("curve")) continue;
    SCOPED_TRACE(one.at("name").get<std::string>());
    ++curves;
    const test::GeneratedJets jets = jets_of(one);
    expect_curve(roc_curve(jets.score, jets.label), one.at("curve"));
    expect_curve(roc_curve(jets.score, jets.label, jets.weight), one.at("weighted_curve"));
  }
  EXPECT_GE(curves, 12);
}

TEST(ScikitLearn, LogisticRegressionAgrees) {
  const Json regression = oracles().at("regression");
  const auto jets = regression.at("jets").get<std::size_t>();
  std::vector<std::vector<double>> features = {test::uniform(100, jets), test::uniform(101, jets),
                                               test::uniform(102, jets)};
  for (double& value : features[0]) value *= 300;
  for (double& value : features[1]) value = 1e-3 * (value - 0.5);
  for (double& value : features[2]) value += 5;
  std::vector<std::uint8_t> label;
  for (const char digit : regression.at("label").get<std::string>()) label.push_back(digit == '1' ? 1 : 0);
  std::vector<double> weights = test::uniform(104, jets);
  for (double& weight : weights) weight += 0.1;
  for (const auto& [key, weight] : {std::pair("expected", std::vector<double>()), std::pair("weighted", weights)}) {
    SCOPED_TRACE(key);
    const Json& expected = regression.at(key);
    const LogisticRegression fit(features, label, weight);
    ASSERT_EQ(fit.coefficients().size(), 4U);
    for (std::size_t index = 0; index < 4; ++index) {
      EXPECT_NEAR(fit.coefficients()[index], expected["coefficients"][index].get<double>(), kTolerance) << index;
    }
    const std::vector<double> probability = fit.predict(features);
    for (std::size_t jet = 0; jet < 10; ++jet) {
      EXPECT_NEAR(probability[jet], expected["first_probabilities"][jet].get<double>(), kTolerance) << jet;
    }
  }
}

}  // namespace
}  // namespace jetvit
