#include "prepare/statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "prepare/prepare.h"
#include "prepare/zero_suppression.h"
#include "raw/raw_writer.h"
#include "store/store_reader.h"
#include "support/random_jets.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

constexpr ImageShape kShape = {3, 11, 11};
constexpr std::size_t kJets = 300;

bool same_bits(const ChannelStatistics& a, const ChannelStatistics& b) {
  const auto bits = [](double x) { return std::bit_cast<std::uint64_t>(x); };
  return bits(a.mean) == bits(b.mean) && bits(a.standard_deviation) == bits(b.standard_deviation) &&
         bits(a.minimum) == bits(b.minimum) && bits(a.maximum) == bits(b.maximum) &&
         bits(a.occupancy) == bits(b.occupancy);
}

void expect_same(const std::vector<ChannelStatistics>& a, const std::vector<ChannelStatistics>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t channel = 0; channel < a.size(); ++channel) EXPECT_TRUE(same_bits(a[channel], b[channel]));
}

std::vector<ChannelStatistics> statistics_of(const JetRecords& jets) {
  StatisticsAccumulator statistics(jets.images.shape);
  statistics.add(jets.images);
  return statistics.result();
}

JetRecords shuffled(const JetRecords& jets, std::uint32_t seed) {
  std::vector<std::size_t> order(jets.size());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937(seed));
  return jets.select(order);
}

// Values over 60 powers of two, so that sums of doubles would depend on the order.
JetRecords wide_jets() {
  JetRecords jets = test::random_jets(kJets, kShape, 4);
  std::mt19937 random(5);
  for (float& value : jets.images.value) value = std::ldexp(value, static_cast<int>(random() % 60) - 30);
  return jets;
}

TEST(Statistics, DoNotDependOnTheOrder) {
  const JetRecords jets = wide_jets();
  const auto expected = statistics_of(jets);
  for (std::uint32_t seed = 1; seed < 6; ++seed) expect_same(statistics_of(shuffled(jets, seed)), expected);
}

TEST(Statistics, DoNotDependOnTheGrouping) {
  const JetRecords jets = wide_jets();
  const auto expected = statistics_of(jets);
  for (const std::size_t chunk : {1U, 7U, 64U, 299U, 1000U}) {
    StatisticsAccumulator total(kShape);
    StatisticsAccumulator other(kShape);
    for (std::size_t begin = 0; begin < jets.size(); begin += chunk) {
      std::vector<std::size_t> part(std::min(chunk, jets.size() - begin));
      std::iota(part.begin(), part.end(), begin);
      (begin / chunk % 2 == 0 ? total : other).add(jets.select(part).images);
    }
    other.merge(total);
    EXPECT_EQ(other.jets(), kJets);
    expect_same(other.result(), expected);
  }
}

// The reference makes two passes over the dense images in long double.
TEST(Statistics, EqualAPlainReference) {
  const JetRecords jets = test::random_jets(kJets, kShape, 8);
  const auto got = statistics_of(jets);
  const auto count = static_cast<long double>(kJets * static_cast<std::size_t>(kShape.pixels()));
  for (int channel = 0; channel < kShape.channels; ++channel) {
    std::vector<float> dense(static_cast<std::size_t>(count), 0.0F);
    std::size_t filled = 0;
    for (std::size_t jet = 0; jet < kJets; ++jet) {
      const SparseChannel pixels = jets.images.channel(jet, channel);
      for (std::size_t index = 0; index < pixels.pixel.size(); ++index) {
        dense[jet * static_cast<std::size_t>(kShape.pixels()) + pixels.pixel[index]] = pixels.value[index];
      }
      filled += pixels.pixel.size();
    }
    const long double mean = std::accumulate(dense.begin(), dense.end(), 0.0L) / count;
    long double variance = 0;
    for (const float value : dense) variance += (value - mean) * (value - mean) / count;
    const ChannelStatistics& of = got[static_cast<std::size_t>(channel)];
    EXPECT_NEAR(of.mean, static_cast<double>(mean), 1e-15 * (1 + std::abs(static_cast<double>(mean))));
    EXPECT_NEAR(of.standard_deviation / std::sqrt(static_cast<double>(variance)), 1, 1e-13);
    EXPECT_EQ(of.minimum, *std::min_element(dense.begin(), dense.end()));
    EXPECT_EQ(of.maximum, *std::max_element(dense.begin(), dense.end()));
    EXPECT_EQ(of.occupancy, static_cast<double>(filled) / kJets);
  }
}

TEST(Statistics, OfNothingAndOfFullImages) {
  const auto nothing = StatisticsAccumulator(kShape).result();
  expect_same(nothing, std::vector<ChannelStatistics>(3));
  JetRecords empty = test::random_jets(2, kShape, 1);
  empty.images = {.shape = kShape, .offset = std::vector<std::uint64_t>(7), .pixel = {}, .value = {}};
  expect_same(statistics_of(empty), std::vector<ChannelStatistics>(3));
  // In an image without empty pixels, the minimum is not 0.
  const SparseImages full = {.shape = {1, 1, 2}, .offset = {0, 2}, .pixel = {0, 1}, .value = {2, 4}};
  StatisticsAccumulator statistics(full.shape);
  statistics.add(full);
  expect_same(statistics.result(), {{3, 1, 2, 4, 2}});
}

TEST(ZeroSuppression, KeepsTheSignOfSignedChannels) {
  SparseImages images = {.shape = {2, 1, 4},
                         .offset = {0, 4, 8},
                         .pixel = {0, 1, 2, 3, 0, 1, 2, 3},
                         .value = {0.5F, -0.5F, 1e-4F, 1e-3F, 0.5F, -0.5F, -1e-4F, -1e-3F}};
  EXPECT_EQ(suppress_zeros(images, {{"energy", "GeV", false}, {"d0", "sigma", true}}, 1e-3), 1U);
  EXPECT_EQ(images.offset, (std::vector<std::uint64_t>{0, 2, 5}));
  EXPECT_EQ(images.pixel, (std::vector<std::uint16_t>{0, 3, 0, 1, 3}));
  EXPECT_EQ(images.value, (std::vector<float>{0.5F, 1e-3F, 0.5F, -0.5F, -1e-3F}));
}

// The same jets in a different order, in different files and row groups and with different numbers of threads.
class Prepare : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const JetRecords& jets, std::size_t rows_per_group) const {
    RawWriter writer(folder_ / name, {RawLayout::Schema::quark_gluon, true, rows_per_group});
    writer.append(jets);
    writer.close();
    return folder_ / name;
  }

  Manifest prepare(const std::string& out, const InputNames& inputs, int threads) const {
    PrepareOptions options;
    options.inputs = inputs;
    options.read.threads = threads;
    return prepare_store(options, folder_ / out, /*overwrite=*/false).manifest;
  }

  test::TempFolder folder_;
  JetRecords jets_ = test::random_jets(kJets, kShape, 21);
};

TEST_F(Prepare, ThreadsAndRowGroupsChangeNothing) {
  std::string fingerprint;
  std::vector<ChannelStatistics> statistics;
  for (const std::size_t rows : {1U, 50U, 1000U}) {
    std::filesystem::create_directory(folder_ / std::to_string(rows));
    const auto file = write(std::to_string(rows) + "/jets.parquet", jets_, rows);
    for (const int threads : {1, 2, 3}) {
      const std::string out = std::to_string(rows) + "-" + std::to_string(threads);
      const Manifest manifest = prepare(out, {.any = {file}, .of_split = {}, .shares = {}, .rule = {}}, threads);
      if (fingerprint.empty()) {
        fingerprint = manifest.fingerprint;
        statistics = manifest.statistics;
      }
      EXPECT_EQ(manifest.fingerprint, fingerprint) << rows << " rows per group, " << threads << " threads";
      expect_same(manifest.statistics, statistics);
    }
  }
}

TEST_F(Prepare, OrderAndShardingOfTheInputChangeNoStatistics) {
  InputNames single;
  single.of_split[0] = {write("single.parquet", jets_, 64)};
  const Manifest expected = prepare("single", single, 1);
  EXPECT_EQ(expected.jets(Split::kTrain), kJets);
  const JetRecords mixed = shuffled(jets_, 3);
  InputNames parts;
  for (std::size_t part = 0; part < 4; ++part) {
    std::vector<std::size_t> members;
    for (std::size_t jet = part; jet < kJets; jet += 4) members.push_back(jet);
    parts.of_split[0].push_back(write("part_" + std::to_string(part), mixed.select(members), 1 + 20 * part));
  }
  const Manifest got = prepare("parts", parts, 3);
  EXPECT_EQ(got.jets(Split::kTrain), kJets);
  expect_same(got.statistics, expected.statistics);
}

TEST_F(Prepare, ValidationAndTestJetsStayOutOfTheStatistics) {
  const std::string train = write("train.parquet", jets_, 64);
  InputNames alone;
  alone.of_split[0] = {train};
  const Manifest expected = prepare("alone", alone, 1);
  const auto write_loud = [&](const char* name, std::uint32_t seed) {
    JetRecords loud = test::random_jets(40, kShape, seed);
    for (float& value : loud.images.value) value *= 1000;
    return write(name, loud, 8);
  };
  InputNames all;
  all.of_split = {std::vector{train}, std::vector{write_loud("validation.parquet", 2)},
                  std::vector{write_loud("test.parquet", 3)}};
  const Manifest got = prepare("all", all, 2);
  EXPECT_EQ(got.jets(Split::kTest), 40U);
  expect_same(got.statistics, expected.statistics);
}

TEST_F(Prepare, SplitsAreDisjointCompleteAndOfTheRequestedSize) {
  const InputNames names = {.any = {write("jets.parquet", jets_, 64)},
                            .of_split = {},
                            .shares = {.validation = 0.2, .test = 0.3},
                            .rule = {}};
  const Manifest manifest = prepare("store", names, 2);
  std::vector<int> seen(kJets);
  for (const Split split : kSplits) {
    const JetRecords jets = read_split(folder_ / "store", manifest, split, 1);
    for (std::size_t jet = 0; jet < jets.size(); ++jet) {
      ++seen[jets.source_row[jet]];
      EXPECT_EQ(jets.label[jet], jets_.label[jets.source_row[jet]]);
      EXPECT_EQ(jets.observer("pt")[jet], jets_.observer("pt")[jets.source_row[jet]]);
    }
  }
  EXPECT_EQ(seen, std::vector<int>(kJets, 1));
  EXPECT_NEAR(static_cast<double>(manifest.jets(Split::kValidation)), 0.2 * kJets, 25);  // 3.5 standard deviations
  EXPECT_NEAR(static_cast<double>(manifest.jets(Split::kTest)), 0.3 * kJets, 28);
}

}  // namespace
}  // namespace jetvit
