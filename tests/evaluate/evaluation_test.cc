#include "evaluate/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "base/commit.h"
#include "base/file.h"
#include "base/random_stream.h"
#include "evaluate/baselines.h"
#include "evaluate/evaluation_report.h"
#include "measure/delong.h"
#include "measure/roc_auc.h"
#include "run/learning_log.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

// Jets of one channel, 21 x 21: `pixels` of value 2 in the row of the center, from the center outwards.
JetRecords jets_of(const std::vector<int>& pixels, const std::vector<std::uint8_t>& label) {
  JetRecords jets;
  jets.images.shape = {3, 21, 21};
  jets.observer_names = {"pt"};
  jets.observers = {{}};
  for (std::size_t jet = 0; jet < pixels.size(); ++jet) {
    for (int channel = 0; channel < 3; ++channel) {
      for (int index = 0; index < pixels[jet]; ++index) {
        jets.images.pixel.push_back(static_cast<std::uint16_t>(10 * 21 + 10 + index));
        jets.images.value.push_back(2);
      }
      jets.images.offset.push_back(jets.images.pixel.size());
    }
    jets.label.push_back(label[jet]);
    jets.weight.push_back(1);
    jets.observers[0].push_back(100 + static_cast<double>(jet));
    jets.source_file.push_back(0);
    jets.source_row.push_back(jet);
  }
  return jets;
}

const Feature& feature(const std::vector<Feature>& features, const std::string& name) {
  for (const Feature& one : features) {
    if (one.name == name) return one;
  }
  throw Error("no feature " + name);
}

TEST(Baselines, FeaturesFollowTheirFormulae) {
  const auto features = jet_features(jets_of({1, 4, 0}, {0, 1, 0}));
  EXPECT_EQ(feature(features, "tracks multiplicity").values, (std::vector<double>{1, 4, 0}));
  EXPECT_EQ(feature(features, "tracks sum").values, (std::vector<double>{2, 8, 0}));
  // Distances of 0, 1, 2 and 3 pixels, equally bright: 1.5 pixels of 0.0174; ptD of n equal pixels is 1 / sqrt(n).
  EXPECT_NEAR(feature(features, "tracks width").values[1], 1.5 * 0.0174, 1e-12);
  EXPECT_NEAR(feature(features, "tracks ptD").values[1], 0.5, 1e-12);
  EXPECT_EQ(feature(features, "tracks width").values[2], 0);
  EXPECT_EQ(feature(features, "jet pT").values, (std::vector<double>{100, 101, 102}));
}

TEST(Baselines, PixelsBeyondTheConeDoNotCount) {
  JetRecords jets = jets_of({1}, {1});
  jets.images.shape = {3, 125, 125};
  jets.images.pixel = {62 * 125 + 62, 62 * 125 + 62 + 22, 62 * 125 + 62 + 24};
  jets.images.value = {1, 1, 1};
  jets.images.offset = {0, 3, 3, 3};
  EXPECT_EQ(feature(jet_features(jets), "tracks multiplicity").values[0], 2);  // 22 pixels are 0.38, 24 are 0.42
}

TEST(Baselines, TableOfChunksIsTheTableOfTheWhole) {
  FeatureTable parts;
  parts.append(jets_of({1, 2}, {0, 1}));
  parts.append(jets_of({3}, {1}));
  FeatureTable whole;
  whole.append(jets_of({1, 2, 3}, {0, 1, 1}));
  EXPECT_EQ(parts.label(), whole.label());
  EXPECT_EQ(feature(parts.features(), "ecal sum").values, feature(whole.features(), "ecal sum").values);
}

TEST(Baselines, BestObservableComesFirstAndIsTurned) {
  // Fewer pixels for label 1.
  std::vector<int> pixels;
  std::vector<std::uint8_t> label;
  for (int jet = 0; jet < 60; ++jet) {
    label.push_back(jet % 2 == 0 ? 1 : 0);
    pixels.push_back(jet % 2 == 0 ? 1 + jet % 5 : 4 + jet % 7);
  }
  FeatureTable table;
  JetRecords jets = jets_of(pixels, label);
  jets.observers[0][3] = std::numeric_limits<double>::quiet_NaN();  // pT is known of all jets or not used
  table.append(jets);
  const std::vector<NamedScores> scores = baseline_scores(table, table, table);
  EXPECT_EQ(scores[0].name, "logistic regression of all");
  EXPECT_TRUE(scores[0].is_probability);
  EXPECT_EQ(scores[1].name, "- tracks multiplicity");
  double before = 1;
  for (std::size_t index = 1; index < scores.size(); ++index) {
    EXPECT_NE(scores[index].name.find_first_not_of("- "), std::string::npos);
    EXPECT_EQ(scores[index].name.find("jet pT"), std::string::npos);
    const double auc = roc_auc(scores[index].score, label);
    EXPECT_GE(auc, 0.5);
    EXPECT_LE(auc, before);
    before = auc;
  }
  FeatureTable one_class;
  one_class.append(jets_of({1, 2}, {1, 1}));
  EXPECT_EQ(baseline_scores(one_class, table, table)[0].name, "- tracks multiplicity");
  EXPECT_EQ(baseline_scores(FeatureTable(), table, table)[0].name, "- tracks multiplicity");
}

// Of useless observables, none is turned or put first for what it is by chance on the jets that are measured.
TEST(Baselines, OtherJetsDecideAboutThem) {
  std::vector<double> means;
  for (std::uint64_t sample = 0; sample < 30; ++sample) {
    std::array<FeatureTable, 2> tables;
    for (const std::uint64_t part : {0U, 1U}) {
      RandomStream random({77, sample, part});
      std::vector<int> pixels;
      std::vector<std::uint8_t> label;
      for (int jet = 0; jet < 100; ++jet) {
        label.push_back(random.chance(0.5) ? 1 : 0);
        pixels.push_back(1 + static_cast<int>(random.below(9)));
      }
      JetRecords jets = jets_of(pixels, label);
      for (double& pt : jets.observers[0]) pt = random.uniform(80, 170);
      tables[part].append(jets);
    }
    const std::vector<NamedScores> honest = baseline_scores(FeatureTable(), tables[0], tables[1]);
    means.push_back(roc_auc(honest.front().score, tables[1].label()));
    EXPECT_GE(roc_auc(baseline_scores(FeatureTable(), tables[1], tables[1]).front().score, tables[1].label()), 0.5);
  }
  const double mean = std::accumulate(means.begin(), means.end(), 0.0) / 30;
  EXPECT_NEAR(mean, 0.5, 3 * 0.058 / std::sqrt(30));  // an AUC of 100 jets spreads by 0.058
}

// Weights decide what separates the classes, and what the regression is fitted to.
TEST(Baselines, CountTheWeights) {
  // The first half has more pixels for label 1, the second half fewer.
  std::vector<int> pixels;
  std::vector<std::uint8_t> label;
  for (int jet = 0; jet < 40; ++jet) {
    label.push_back(jet % 2 == 0 ? 1 : 0);
    pixels.push_back((label.back() == 1) == (jet < 20) ? 5 + jet % 3 : 2 + jet % 5);
  }
  JetRecords jets = jets_of(pixels, label);
  for (const bool first_half : {true, false}) {
    for (std::size_t jet = 0; jet < 40; ++jet) jets.weight[jet] = (jet < 20) == first_half ? 1 : 0.01F;
    FeatureTable table;
    table.append(jets);
    const std::vector<NamedScores> scores = baseline_scores(table, table, table);
    const std::string multiplicity = first_half ? "tracks multiplicity" : "- tracks multiplicity";
    const auto found =
        std::find_if(scores.begin(), scores.end(), [&](const auto& one) { return one.name == multiplicity; });
    EXPECT_NE(found, scores.end()) << multiplicity;
    EXPECT_EQ(scores[0].score[0] > scores[0].score[1], first_half);  // of the first jet of either class
  }
  FeatureTable negative;
  jets.weight[3] = -1;
  negative.append(jets);
  EXPECT_NE(no_regression(negative).find("negative weight"), std::string::npos);
  FeatureTable zero;
  for (std::size_t jet = 0; jet < 40; ++jet) jets.weight[jet] = label[jet];
  zero.append(jets);
  EXPECT_NE(no_regression(zero).find("weight 0"), std::string::npos);
}

std::vector<std::string> names_of(const std::vector<NamedScores>& all) {
  std::vector<std::string> names;
  for (const NamedScores& one : all) names.push_back(one.name);
  return names;
}

TEST(Baselines, WhatEverybodyAsksForIsShownBesideTheBest) {
  const std::vector<NamedScores> sorted = {{"logistic regression of all", {}}, {"jet mass", {}}, {"hcal ptD", {}},
                                           {"- tracks multiplicity", {}},      {"ecal sum", {}}, {"- jet pT", {}}};
  EXPECT_EQ(names_of(select_baselines(sorted, 3)),
            (std::vector<std::string>{"logistic regression of all", "jet mass", "hcal ptD", "- tracks multiplicity",
                                      "- jet pT"}));
  EXPECT_EQ(names_of(select_baselines(sorted, 100)), names_of(sorted));
  // Their names are those of the features, of real jets.
  JetRecords jets = jets_of({1, 4, 2, 3}, {0, 1, 0, 1});
  jets.observer_names = {"m0", "pt"};
  jets.observers = {{1, 3, 2, 4}, {4, 2, 3, 1}};
  FeatureTable table;
  table.append(jets);
  std::vector<std::string> asked = names_of(select_baselines(baseline_scores(FeatureTable(), table, table), 0));
  std::sort(asked.begin(), asked.end());
  EXPECT_EQ(asked, (std::vector<std::string>{"- jet pT", "jet mass", "tracks multiplicity"}));
}

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
  EXPECT_NEAR(weighted.classifiers[1].behind_first->difference, equal.classifiers[1].behind_first->difference,
              kRounding);
  ASSERT_TRUE(weighted.weights);
  EXPECT_FALSE(equal.weights);
  EXPECT_EQ(weighted.weights->of_class[0].weight + weighted.weights->of_class[1].weight, 799);
  EXPECT_EQ(weighted.weights->zero + weighted.weights->negative, 0U);
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

TEST(Evaluation, TemperatureIsToldBesideTheProbabilities) {
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
  EXPECT_FALSE(first.behind_first);
  ASSERT_TRUE(second.behind_first);
  EXPECT_NEAR(second.behind_first->difference, first.auc - second.auc, 1e-12);
  EXPECT_LT(second.behind_first->p_value, 0.01);
  ASSERT_EQ(evaluation.observers.size(), 1U);
  EXPECT_EQ(evaluation.observers[0].observer, "\xff");
  const Json metrics = to_json(evaluation);
  EXPECT_EQ(metrics["classifiers"][1]["behind_first"]["auc"], second.behind_first->difference);
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

TEST(LearningLog, ReadsEpochsAndToleratesMissingNumbers) {
  const test::TempFolder folder;
  commit_text(folder / "log",
              "{\"epoch\":1,\"train_loss\":0.5,\"validation_auc\":0.7}\n"
              "{\"epoch\":2,\"train_loss\":null,\"validation_loss\":0.4,\"validation_auc\":0.8}\n");
  const LearningCurve curve = read_learning_log(folder / "log", "run");
  EXPECT_EQ(curve.epoch, (std::vector<double>{1, 2}));
  EXPECT_EQ(curve.training_loss[0], 0.5);
  EXPECT_TRUE(std::isnan(curve.training_loss[1]));
  EXPECT_TRUE(std::isnan(curve.validation_loss[0]));
  EXPECT_EQ(curve.validation_auc[1], 0.8);
  commit_text(folder / "log", "{\"epoch\":1}\n[]\n");
  EXPECT_ERROR(read_learning_log(folder / "log", "run"), Error, "log: line 2 is not the row of an epoch");
  commit_text(folder / "log", "{\"epoch\":1}\n{\"ep");
  EXPECT_ERROR(read_learning_log(folder / "log", "run"), Error, "log: line 2");
  commit_text(folder / "log", "");
  EXPECT_TRUE(read_learning_log(folder / "log", "run").epoch.empty());
}

}  // namespace
}  // namespace jetvit
