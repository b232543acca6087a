#include "evaluate/baselines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random_stream.h"
#include "measure/roc_auc.h"

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

TEST(Baselines, WhatEverybodyAsksForIsShownWithTheBest) {
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

}  // namespace
}  // namespace jetvit
