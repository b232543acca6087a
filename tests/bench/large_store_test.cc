// A store of varied jets, against those that it was made of.
#include "bench/large_store.h"

#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "store/small_store.h"
#include "store/store_reader.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

class LargeStore : public ::testing::Test {
 protected:
  LargeStore() : manifest_(test::write_small_store(folder_ / "store")) {
    options_.source.inputs.any = {folder_ / "store"};
    options_.gigabytes = 0.001;
  }

  Manifest write(const std::string& name) const {
    write_large_store(options_, folder_ / name);
    return read_manifest(folder_ / name);
  }

  test::TempFolder folder_;
  Manifest manifest_;
  LargeStoreOptions options_;
};

// The image as a dense one, shifted cyclically.
std::vector<float> dense(const SparseChannel& image, int rows, int columns) {
  const auto [channels, height, width] = test::kSmallShape;
  std::vector<float> out(static_cast<std::size_t>(height * width), 0.0F);
  for (std::size_t i = 0; i < image.pixel.size(); ++i) {
    const int row = (image.pixel[i] / width + rows) % height;
    const int column = (image.pixel[i] % width + columns) % width;
    out[static_cast<std::size_t>(row * width + column)] = image.value[i];
  }
  return out;
}

// The factor between the images of two jets if one is the other one, shifted and rescaled; 0 if it is not.
float factor_between(const SparseImages& one, std::size_t first, const SparseImages& other, std::size_t second) {
  for (int rows = 0; rows < test::kSmallShape.height; ++rows) {
    for (int columns = 0; columns < test::kSmallShape.width; ++columns) {
      float factor = 0;
      bool same = true;
      for (int channel = 0; channel < test::kSmallShape.channels && same; ++channel) {
        const std::vector<float> from = dense(one.channel(first, channel), rows, columns);
        const std::vector<float> to = dense(other.channel(second, channel), 0, 0);
        for (std::size_t pixel = 0; pixel < from.size() && same; ++pixel) {
          if (from[pixel] != 0 && factor == 0) factor = to[pixel] / from[pixel];
          same = std::abs(to[pixel] - factor * from[pixel]) <= 1e-5F * std::abs(to[pixel]);
        }
      }
      if (same) return factor;
    }
  }
  return 0;
}

TEST_F(LargeStore, HoldsShiftedAndRescaledJets) {
  const JetRecords before = read_split(folder_ / "store", manifest_, Split::kTrain, 1);
  const Manifest large = write("large");
  const JetRecords after = read_split(folder_ / "large", large, Split::kTrain, 1);
  ASSERT_GT(after.size(), 3 * before.size());
  std::set<float> factors;
  for (std::size_t jet = 0; jet < 3 * before.size(); ++jet) {
    const std::size_t source = jet % before.size();
    const float factor = factor_between(before.images, source, after.images, jet);
    ASSERT_GE(factor, 1 - 1e-5F) << jet;
    ASSERT_LE(factor, 2 + 1e-5F) << jet;
    factors.insert(factor);
    EXPECT_EQ(after.label[jet], before.label[source]);
    EXPECT_EQ(after.observers[0][jet], before.observers[0][source]);
  }
  EXPECT_GT(factors.size(), 2 * before.size());
  for (const Split split : {Split::kValidation, Split::kTest}) {
    const JetRecords one = read_split(folder_ / "store", manifest_, split, 1);
    const JetRecords other = read_split(folder_ / "large", large, split, 1);
    EXPECT_EQ(one.images.value, other.images.value);
    EXPECT_EQ(one.identity, other.identity);
  }
}

TEST_F(LargeStore, IsAsLargeAsAskedForAndHasItsOwnStatistics) {
  const Manifest large = write("large");
  std::uint64_t bytes = 0;
  for (const ShardEntry& shard : large.shards) bytes += shard.bytes;
  EXPECT_GE(bytes, 1'000'000U);
  const JetRecords jets = read_split(folder_ / "large", large, Split::kTrain, 1);
  std::set<JetIdentity> identities(jets.identity.begin(), jets.identity.end());
  EXPECT_EQ(identities.size(), jets.size());
  double sum = 0;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    for (const float value : jets.images.channel(jet, 1).value) sum += value;
  }
  const double pixels = static_cast<double>(jets.size()) * test::kSmallShape.height * test::kSmallShape.width;
  EXPECT_NEAR(large.statistics[1].mean, sum / pixels, 1e-9 * std::abs(sum / pixels) + 1e-12);
}

TEST_F(LargeStore, DependsOnTheSeedAlone) {
  const std::string first = write("first").fingerprint;
  EXPECT_EQ(write("again").fingerprint, first);
  options_.seed = 2;
  EXPECT_NE(write("other").fingerprint, first);
}

TEST_F(LargeStore, ReplacesNothing) {
  write("large");
  EXPECT_ERROR(write("large"), Error, "already exists");
}

}  // namespace
}  // namespace jetvit
