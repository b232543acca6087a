#include "evaluate/evaluation.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/random_stream.h"
#include "evaluate/evaluation_report.h"
#include "evaluate/shared_events.h"
#include "measure/delong.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

NamedScores random_scores(std::size_t jets, std::vector<std::uint8_t>& label) {
  NamedScores scores{.name = "random", .score = {}, .is_probability = true};
  RandomStream random({11});
  for (std::size_t jet = 0; jet < jets; ++jet) {
    scores.score.push_back(random.uniform());
    label.push_back(random.chance(scores.score.back()) ? 1 : 0);
  }
  return scores;
}

TEST(Evaluation, IntervalHoldsTheAuc) {
  std::vector<std::uint8_t> label;
  const NamedScores scores = random_scores(500, label);
  std::vector<float> weight(500, 1);
  const ClassifierMetrics plain = evaluate_scores(scores, label, weight);
  EXPECT_LT(plain.auc_interval.low, plain.auc);
  EXPECT_GT(plain.auc_interval.high, plain.auc);
  EXPECT_FALSE(plain.unweighted);
  weight[7] = 20;
  const ClassifierMetrics weighted = evaluate_scores(scores, label, weight);
  ASSERT_TRUE(weighted.unweighted);
  EXPECT_EQ(weighted.unweighted->auc, plain.auc);
  EXPECT_EQ(weighted.unweighted->error, plain.auc_error);
  EXPECT_NE(weighted.auc, plain.auc);
  EXPECT_LT(weighted.auc_interval.low, weighted.auc);
  EXPECT_GT(weighted.auc_interval.high, weighted.auc);
}

TEST(SharedEvents, CountsTheJetsThatHaveACompanion) {
  JetRecords jets;
  jets.label = {0, 1, 0, 1, 1, 0};
  EXPECT_EQ(jets_of_shared_events(jets), 0U);
  jets.observer_names = {"pt", "event"};
  jets.observers = {{1, 1, 1, 1, 1, 1}, {7, 8, 7, 9, 7, 9}};
  EXPECT_EQ(jets_of_shared_events(jets), 5U);
}

// Jets with integer weights measure as that many equal jets do, but for the errors.
TEST(Evaluation, AnIntegerWeightEqualsThatManyJets) {
  std::vector<std::uint8_t> label;
  NamedScores scores = random_scores(400, label);
  NamedScores worse = scores;
  JetRecords jets;
  NamedScores repeated{.name = "random", .score = {}, .is_probability = true};
  NamedScores repeated_worse = repeated;
  JetRecords repeated_jets;
  for (std::size_t jet = 0; jet < 400; ++jet) {
    if (jet % 4 == 0) worse.score[jet] = 0.5;
    const std::size_t copies = 1 + jet % 3;
    jets.label.push_back(label[jet]);
    jets.weight.push_back(static_cast<float>(copies));
    for (std::size_t copy = 0; copy < copies; ++copy) {
      repeated.score.push_back(scores.score[jet]);
      repeated_worse.score.push_back(worse.score[jet]);
      repeated_jets.label.push_back(label[jet]);
      repeated_jets.weight.push_back(1);
    }
  }
  ASSERT_EQ(repeated.score.size(), 799U);
  const Evaluation weighted = evaluate_all({scores, worse}, jets);
  const Evaluation equal = evaluate_all({repeated, repeated_worse}, repeated_jets);
  constexpr double kRounding = 1e-12;
  for (const std::size_t of : {0U, 1U}) {
    const ClassifierMetrics& a = weighted.classifiers[of];
    const ClassifierMetrics& b = equal.classifiers[of];
    EXPECT_NEAR(a.auc, b.auc, kRounding);
    EXPECT_GT(a.auc_error, b.auc_error);
    EXPECT_NEAR(a.probability->log_loss, b.probability->log_loss, kRounding);
    EXPECT_NEAR(a.probability->average_precision, b.probability->average_precision, kRounding);
    EXPECT_NEAR(a.probability->calibration_error, b.probability->calibration_error, kRounding);
    for (std::size_t point = 0; point < 3; ++point) {
      EXPECT_NEAR(a.working_points[point].rejection, b.working_points[point].rejection, 1e-9);
      EXPECT_GT(a.working_points[point].error, b.working_points[point].error);
    }
  }
  EXPECT_NEAR(weighted.classifiers[1].first_minus_this->difference, equal.classifiers[1].first_minus_this->difference,
              kRounding);
  ASSERT_TRUE(weighted.weights);
  EXPECT_FALSE(equal.weights);
  EXPECT_EQ((*weighted.weights)[0].weight + (*weighted.weights)[1].weight, 799);
  for (const WeightSums& sums : *weighted.weights) EXPECT_EQ(sums.zero + sums.negative, 0U);
}

// Jets of the same value lie in the same bin, in whatever order the file has them.
TEST(Evaluation, BinsDoNotDivideEqualValues) {
  std::vector<std::uint8_t> label;
  const NamedScores scores = random_scores(400, label);
  const std::vector<float> weight(400, 1);
  std::vector<double> observer;
  for (int jet = 0; jet < 400; ++jet) observer.push_back(jet % 3);
  const std::vector<ObserverBin> bins = evaluate_in_bins(scores, label, weight, observer, 4);
  ASSERT_EQ(bins.size(), 3U);
  for (std::size_t bin = 0; bin < 3; ++bin) {
    EXPECT_EQ(bins[bin].from, static_cast<double>(bin));
    EXPECT_EQ(bins[bin].to, static_cast<double>(bin));
    EXPECT_EQ(bins[bin].jets, bin == 0 ? 134U : 133U);
  }
  const std::vector<double> constant(400, 7);
  ASSERT_EQ(evaluate_in_bins(scores, label, weight, constant, 4).size(), 1U);
  EXPECT_EQ(evaluate_in_bins(scores, label, weight, constant, 4)[0].jets, 400U);
}

TEST(Evaluation, BinsAreWeighted) {
  std::vector<std::uint8_t> label;
  const NamedScores scores = random_scores(400, label);
  std::vector<double> observer;
  std::vector<float> weight;
  for (std::size_t jet = 0; jet < 400; ++jet) {
    observer.push_back(static_cast<double>(jet));
    weight.push_back(jet < 100 ? (label[jet] == 1 ? -1 : 1) : static_cast<float>(jet % 5));
  }
  const std::vector<ObserverBin> bins = evaluate_in_bins(scores, label, weight, observer, 4);
  ASSERT_EQ(bins.size(), 3U);  // the signal of the first has no positive sum of weights
  for (std::size_t bin = 0; bin < 3; ++bin) {
    const std::size_t begin = 100 * (bin + 1);
    const auto part = [&](const auto& all) { return std::vector(all.begin() + begin, all.begin() + begin + 100); };
    const std::vector<float> of_bin = part(weight);
    EXPECT_EQ(bins[bin].from, static_cast<double>(begin));
    EXPECT_EQ(bins[bin].auc,
              delong(part(scores.score), part(label), std::vector<double>(of_bin.begin(), of_bin.end())).auc);
  }
}

TEST(Evaluation, PerfectScoresHaveALimitInsteadOfARejection) {
  const NamedScores scores{.name = "perfect", .score = {0.1, 0.2, 0.8, 0.9}};
  const Evaluation evaluation{
      .weights = {}, .classifiers = {evaluate_scores(scores, {0, 0, 1, 1}, {1, 1, 1, 1})}, .observers = {}};
  const ClassifierMetrics& metrics = evaluation.classifiers[0];
  ASSERT_EQ(metrics.working_points.size(), 3U);
  EXPECT_TRUE(std::isinf(metrics.working_points[0].rejection));
  EXPECT_NEAR(metrics.working_points[0].lower_limit, 2 / 2.995732, 1e-6);
  EXPECT_FALSE(metrics.probability);
  const std::string table = evaluation_table(evaluation);
  EXPECT_NE(table.find("> 0.7"), std::string::npos) << table;
  const Json point = to_json(evaluation)["classifiers"][0]["working_points"][0];
  EXPECT_TRUE(point["rejection"].is_null() && point["error"].is_null()) << point;
  EXPECT_NEAR(point["lower_limit"], 2 / 2.995732, 1e-6);
}

TEST(Evaluation, TemperatureIsReportedWithTheProbabilities) {
  std::vector<std::uint8_t> label;
  NamedScores scores = random_scores(500, label);
  scores.temperature = 2;
  const ClassifierMetrics metrics = evaluate_scores(scores, label, std::vector<float>(500, 1));
  ASSERT_TRUE(metrics.probability && metrics.calibrated);
  EXPECT_EQ(metrics.calibrated->temperature, 2);
  EXPECT_GT(metrics.calibrated->after.log_loss, metrics.probability->log_loss);  // the scores were true before
}

TEST(Evaluation, BinsShareTheJetsWithAFiniteObserver) {
  std::vector<std::uint8_t> label;
  const NamedScores scores = random_scores(403, label);
  std::vector<double> observer;
  for (int jet = 0; jet < 403; ++jet) observer.push_back((jet * 7919) % 1000);
  observer[5] = std::numeric_limits<double>::quiet_NaN();
  observer[6] = observer[7] = std::numeric_limits<double>::infinity();
  const std::vector<ObserverBin> bins = evaluate_in_bins(scores, label, std::vector<float>(403, 1), observer, 4);
  ASSERT_EQ(bins.size(), 4U);
  double before = -1;
  for (const ObserverBin& bin : bins) {
    EXPECT_EQ(bin.jets, 100U);
    EXPECT_GE(bin.from, before);
    EXPECT_GE(bin.to, bin.from);
    before = bin.to;
  }
  EXPECT_TRUE(
      evaluate_in_bins(scores, std::vector<std::uint8_t>(403, 1), std::vector<float>(403, 1), observer, 4).empty());
}

TEST(Evaluation, OthersAreComparedWithTheFirst) {
  std::vector<std::uint8_t> label;
  const NamedScores scores = random_scores(300, label);
  NamedScores worse = scores;
  for (std::size_t jet = 0; jet < 300; jet += 2) worse.score[jet] = 0.5;
  JetRecords test;
  test.label = label;
  test.weight.assign(300, 1);
  test.observer_names = {"\xff"};
  test.observers = {std::vector<double>(300, 1)};
  const Evaluation evaluation = evaluate_all({scores, worse}, test);
  ASSERT_EQ(evaluation.classifiers.size(), 2U);
  const ClassifierMetrics& first = evaluation.classifiers[0];
  const ClassifierMetrics& second = evaluation.classifiers[1];
  EXPECT_FALSE(first.first_minus_this);
  ASSERT_TRUE(second.first_minus_this);
  EXPECT_NEAR(second.first_minus_this->difference, first.auc - second.auc, 1e-12);
  EXPECT_LT(second.first_minus_this->p_value, 0.01);
  ASSERT_EQ(evaluation.observers.size(), 1U);
  EXPECT_EQ(evaluation.observers[0].observer, "\xff");
  const Json metrics = to_json(evaluation);
  EXPECT_EQ(metrics["classifiers"][1]["first_minus_this"]["auc"], second.first_minus_this->difference);
  EXPECT_EQ(metrics["bins_of_?"].size(), 1U);  // all values are equal
  EXPECT_FALSE(metrics.dump().empty());
}

TEST(Evaluation, RocShowsWhatTheTableHas) {
  const test::TempFolder folder;
  JetRecords test;
  std::vector<NamedScores> all(9, random_scores(100, test.label));
  test.weight.assign(100, 1);
  EXPECT_EQ(draw_evaluation(folder.path(), all, test, {"gluon", "quark"}, {}),
            (std::vector<std::string>{"roc", "scores", "calibration"}));
  // Five lines of the legend below each of two panels.
  EXPECT_NE(read_text_file(folder / "roc.svg", 1 << 24).find("height=\"485"), std::string::npos);
}

}  // namespace
}  // namespace jetvit
