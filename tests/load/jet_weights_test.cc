#include "load/jet_weights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/random_stream.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

JetRecords records(std::vector<double> pt, std::vector<std::uint8_t> label, std::vector<float> weight,
                   std::vector<double> mass = {}) {
  mass.resize(pt.size(), 10);
  JetRecords jets;
  jets.observer_names = {"m0", "pt"};
  jets.observers = {std::move(mass), std::move(pt)};
  jets.label = std::move(label);
  jets.weight = std::move(weight);
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    jets.source_file.push_back(0);
    jets.source_row.push_back(jet);
  }
  return jets;
}

// Jets of two classes with different falling spectra, and masses that depend on class and pT.
JetRecords spectra(std::size_t count) {
  RandomStream stream({17});
  std::vector<double> pt;
  std::vector<double> mass;
  std::vector<std::uint8_t> label;
  std::vector<float> weight;
  for (std::size_t jet = 0; jet < count; ++jet) {
    label.push_back(stream.chance(0.3) ? 1 : 0);
    pt.push_back(80 - (label.back() == 1 ? 20 : 40) * std::log(1 - stream.uniform()));
    weight.push_back(static_cast<float>(stream.uniform(0.5, 2)));
    mass.push_back(pt.back() * stream.uniform(0.1, label.back() == 1 ? 0.3 : 0.2));
  }
  return records(std::move(pt), std::move(label), std::move(weight), std::move(mass));
}

const std::vector<double> bin_edges = {80, 100, 120, 140, 160, 200, 260};

// Sums of the weights as [class][bin]; jets outside the bins count in the outer ones.
std::array<std::vector<double>, 2> histograms(const JetRecords& jets, const std::vector<float>& weights) {
  std::array<std::vector<double>, 2> sums{std::vector<double>(bin_edges.size() - 1),
                                          std::vector<double>(bin_edges.size() - 1)};
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    std::size_t bin = 0;
    while (bin + 2 < bin_edges.size() && jets.observer("pt")[jet] >= bin_edges[bin + 1]) ++bin;
    sums[jets.label[jet]][bin] += weights[jet];
  }
  return sums;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

constexpr double kRounding = 1e-5;  // relative, of sums of thousands of single-precision weights

TEST(JetWeights, AreThoseOfNumpyHistograms) {
  const std::string path = JETVIT_SOURCE_DIR "/tests/load/weight_oracles.json";
  const Json oracle = parse_json(read_text_file(path, 1 << 20), path);
  const JetRecords jets =
      records(oracle["pt"].get<std::vector<double>>(), oracle["label"].get<std::vector<std::uint8_t>>(),
              oracle["weight"].get<std::vector<float>>(), oracle["m0"].get<std::vector<double>>());
  const auto compare = [&](const char* key, const std::vector<double>& second_bins) {
    for (const auto& [kind, expected] : oracle[key].items()) {
      const std::vector<float> weights = jet_weights(
          jets, {.kind = kind, .bins = oracle["bins"].get<std::vector<double>>(), .second_bins = second_bins});
      ASSERT_EQ(weights.size(), expected.size());
      for (std::size_t jet = 0; jet < weights.size(); ++jet) {
        const double wanted = expected[jet].get<double>();
        EXPECT_NEAR(weights[jet], wanted, 1e-6 * (1 + wanted)) << key << " " << kind << " " << jet;
      }
    }
  };
  compare("expected", {});
  compare("expected_of_two", oracle["second_bins"].get<std::vector<double>>());
}

TEST(JetWeights, FlatSpectraAreFlat) {
  const JetRecords jets = spectra(20000);
  const auto sums = histograms(jets, jet_weights(jets, {.kind = "flat", .bins = bin_edges}));
  for (const std::vector<double>& bins : sums) {
    for (const double content : bins) EXPECT_NEAR(content, 10000.0 / 6, kRounding * 10000);
  }
}

// Sums of the weights of one class in cells of pT and mass.
std::vector<double> cells(const JetRecords& jets, const std::vector<float>& weights, int label,
                          const std::vector<double>& mass_edges) {
  std::vector<double> sums((bin_edges.size() - 1) * (mass_edges.size() - 1));
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    std::size_t pt = 0;
    std::size_t mass = 0;
    while (pt + 2 < bin_edges.size() && jets.observer("pt")[jet] >= bin_edges[pt + 1]) ++pt;
    while (mass + 2 < mass_edges.size() && jets.observer("m0")[jet] >= mass_edges[mass + 1]) ++mass;
    if (jets.label[jet] == label) sums[pt * (mass_edges.size() - 1) + mass] += weights[jet];
  }
  return sums;
}

TEST(JetWeights, ReferenceOfTwoObserversHoldsCellByCell) {
  const JetRecords jets = spectra(20000);
  const std::vector<double> mass_edges = {5, 12, 20, 30};
  const auto weights = jet_weights(jets, {.kind = "reference", .bins = bin_edges, .second_bins = mass_edges});
  const std::vector<double> background = cells(jets, weights, 0, mass_edges);
  const std::vector<double> signal = cells(jets, weights, 1, mass_edges);
  const auto one = jet_weights(jets, {.kind = "reference", .bins = bin_edges});
  const std::vector<double> signal_of_one = cells(jets, one, 1, mass_edges);
  double change = 0;
  std::size_t filled = 0;
  for (std::size_t cell = 0; cell < signal.size(); ++cell) {
    if (signal[cell] == 0) continue;
    ++filled;
    EXPECT_NEAR(signal[cell] / background[cell], signal[0] / background[0], kRounding) << cell;
    change += std::abs(signal_of_one[cell] - signal[cell]);
  }
  EXPECT_GE(filled, 10U);
  EXPECT_GT(change, 1000);  // jets: with pT only, the spectrum of the mass would not change
}

TEST(JetWeights, FlatOfTwoObserversFillsEveryCellEqually) {
  const JetRecords jets = spectra(20000);
  const std::vector<double> mass_edges = {5, 12, 20, 30};
  const auto weights = jet_weights(jets, {.kind = "flat", .bins = bin_edges, .second_bins = mass_edges});
  for (const int label : {0, 1}) {
    const std::vector<double> sums = cells(jets, weights, label, mass_edges);
    const auto filled = std::count_if(sums.begin(), sums.end(), [](double content) { return content > 0; });
    EXPECT_GE(filled, 10);
    for (const double content : sums) {
      if (content == 0) continue;
      EXPECT_NEAR(content, 10000.0 / static_cast<double>(filled), kRounding * 10000);
    }
  }
}

TEST(JetWeights, ReferenceSpectrumIsThatOfLabelZero) {
  const JetRecords jets = spectra(20000);
  const auto before = histograms(jets, jets.weight);
  const auto sums = histograms(jets, jet_weights(jets, {.kind = "reference", .bins = bin_edges}));
  for (std::size_t bin = 0; bin + 1 < bin_edges.size(); ++bin) {
    EXPECT_NEAR(sums[1][bin], sums[0][bin], kRounding * 10000);
    EXPECT_NEAR(sums[0][bin] / sum(sums[0]), before[0][bin] / sum(before[0]), kRounding);
  }
}

TEST(JetWeights, ClassesBalanceAndKeepTheirSpectra) {
  const JetRecords jets = spectra(20000);
  const auto before = histograms(jets, jets.weight);
  const auto sums = histograms(jets, jet_weights(jets, {.kind = "class"}));
  for (const std::size_t label : {0, 1}) {
    EXPECT_NEAR(sum(sums[label]), 10000, kRounding * 10000);
    for (std::size_t bin = 0; bin + 1 < bin_edges.size(); ++bin) {
      EXPECT_NEAR(sums[label][bin] / sum(sums[label]), before[label][bin] / sum(before[label]), kRounding);
    }
  }
}

TEST(JetWeights, BoundLimitsRareBins) {
  const JetRecords jets = spectra(20000);
  const auto free = jet_weights(jets, {.kind = "flat", .bins = bin_edges});
  const auto bounded = jet_weights(jets, {.kind = "flat", .bins = bin_edges, .largest = 2});
  const auto largest = [](const std::vector<float>& weights) {
    return *std::max_element(weights.begin(), weights.end());
  };
  EXPECT_LT(largest(bounded), 0.5F * largest(free));
  EXPECT_NEAR(sum(histograms(jets, bounded)[1]), 10000, kRounding * 10000);
}

TEST(JetWeights, NoneKeepsTheWeightsOfTheData) {
  const JetRecords jets = spectra(100);
  EXPECT_EQ(jet_weights(jets, {}), jets.weight);
}

TEST(JetWeights, MistakesAreNamed) {
  const JetRecords jets = spectra(100);
  EXPECT_ERROR(jet_weights(jets, {.kind = "flat"}), UsageError, "weights.bins: at least two edges");
  EXPECT_ERROR(jet_weights(jets, {.kind = "flat", .bins = {1, 3, 3}}), UsageError, "3 follows 3 (edges must increase)");
  EXPECT_ERROR(jet_weights(jets, {.kind = "flat", .observer = "eta", .bins = bin_edges}), Error,
               "no observer \"eta\" (available: m0, pt)");
  EXPECT_ERROR(jet_weights(jets, {.kind = "flat", .bins = bin_edges, .second_bins = {1}}), UsageError,
               "weights.second_bins: at least two edges");
  EXPECT_ERROR(jet_weights(jets, {.kind = "flat", .bins = bin_edges, .second_observer = "eta", .second_bins = {1, 2}}),
               Error, "no observer \"eta\" (available: m0, pt)");
  std::vector<double> many(2000);
  std::iota(many.begin(), many.end(), 0.0);
  EXPECT_ERROR(jet_weights(jets, {.kind = "flat", .bins = many, .second_bins = many}), UsageError,
               "weights.second_bins: 1999 x 1999 bins are more than 1048576");
  JetRecords bad = jets;
  bad.observers[1][5] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_ERROR(jet_weights(bad, {.kind = "flat", .bins = bin_edges}), Error, "pt of the jet in row 5 of file 0 is nan");
  EXPECT_ERROR(
      jet_weights(
          bad, {.kind = "flat", .observer = "m0", .bins = {1, 2}, .second_observer = "pt", .second_bins = bin_edges}),
      Error, "weights.second_observer: pt of the jet in row 5 of file 0 is nan");
  bad = jets;
  bad.weight[7] = -1;
  EXPECT_ERROR(jet_weights(bad, {}), Error, "the weight of the jet in row 7 of file 0 is -1");
  EXPECT_ERROR(jet_weights(bad, {}, {"jets.parquet"}), Error, "the weight of the jet in row 7 of jets.parquet is -1");
  const JetRecords apart = records({90, 90, 150}, {0, 0, 1}, {1, 1, 1});
  EXPECT_ERROR(jet_weights(apart, {.kind = "reference", .bins = {80, 100, 200}}), Error,
               "the training jets of label 1 have no weight");
}

}  // namespace
}  // namespace jetvit
