// Shards that were cut short, changed, replaced or forged cause an Error that names the file, never a crash.
#include <fstream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/file.h"
#include "store/shard.h"
#include "store/small_store.h"
#include "store/store_reader.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

using test::TempFolder;

class DamagedStore : public ::testing::Test {
 protected:
  DamagedStore() : store_(folder_ / "store"), manifest_(test::write_small_store(store_)) {
    for (const ShardEntry& shard : manifest_.shards) {
      if (shard.split == Split::kTrain) shard_ = store_ / shard.file;
    }
    const std::vector<std::byte> bytes = read_binary_file(shard_, 1 << 20);
    bytes_.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }

  void write(const std::string& bytes) const {
    std::ofstream(shard_, std::ios::binary | std::ios::trunc).write(bytes.data(), std::ssize(bytes));
  }

  // Reading the split fails and names the shard; other splits can still be read.
  void expect_error(const std::string& words) const {
    EXPECT_ERROR(read_split(store_, manifest_, Split::kTrain, 1), Error, words);
    EXPECT_ERROR(read_split(store_, manifest_, Split::kTrain, 1), Error, shard_.string());
    EXPECT_EQ(read_split(store_, manifest_, Split::kTest, 1).size(), 10U);
  }

  TempFolder folder_;
  std::filesystem::path store_;
  Manifest manifest_;
  std::filesystem::path shard_;
  std::string bytes_;
};

TEST_F(DamagedStore, Truncated) {
  for (std::size_t size = 0; size < bytes_.size(); size += 97) {
    write(bytes_.substr(0, size));
    expect_error("(it was cut short or replaced; prepare the data again)");
    EXPECT_ERROR(check_shards(store_, manifest_), Error, "cut short");
  }
}

TEST_F(DamagedStore, Longer) {
  write(bytes_ + '\0');
  expect_error("expected " + std::to_string(bytes_.size()));
}

TEST_F(DamagedStore, EveryByteFlipped) {
  for (std::size_t position = 0; position < bytes_.size(); position += 13) {
    std::string damaged = bytes_;
    damaged[position] = static_cast<char>(damaged[position] ^ (1 << (position % 8)));
    write(damaged);
    EXPECT_ERROR(read_split(store_, manifest_, Split::kTrain, 1), Error, "differs from its digest in the manifest");
  }
}

TEST_F(DamagedStore, ReplacedByAnotherOfTheSameSize) {
  write(std::string(bytes_.size(), 'x'));
  expect_error("(it is damaged or was replaced; prepare the data again)");
}

TEST_F(DamagedStore, Removed) {
  std::filesystem::remove(shard_);
  expect_error("is missing, but the store lists it");
  std::filesystem::create_directory(shard_);
  expect_error("is not a regular file");
}

// Damage with a valid digest reaches the decoder, which must throw Error or return jets within the bounds.
TEST_F(DamagedStore, FlippedBitsWithAValidDigest) {
  std::mt19937 random(11);
  int refused = 0;
  for (std::size_t trial = 0; trial < 8 * bytes_.size(); trial += 5) {
    std::string damaged = bytes_;
    damaged[trial / 8] = static_cast<char>(damaged[trial / 8] ^ (1 << (trial % 8)));
    if (trial % 3 == 0) damaged[random() % damaged.size()] = static_cast<char>(random());
    try {
      const JetRecords jets =
          decode_shard(std::as_bytes(std::span(damaged)), test::kSmallShape, manifest_.observer_names, "shard");
      for (const std::uint16_t pixel : jets.images.pixel) ASSERT_LT(pixel, test::kSmallShape.pixels());
      for (const float value : jets.images.value) ASSERT_TRUE(std::isfinite(value));
      for (const std::uint8_t label : jets.label) ASSERT_LE(label, 1);
      ASSERT_EQ(jets.images.offset.size(), 3 * jets.size() + 1);
      ASSERT_EQ(jets.images.offset.back(), jets.images.pixel.size());
      ASSERT_EQ(jets.images.value.size(), jets.images.pixel.size());
      ASSERT_EQ(jets.source_row.size(), jets.size());
    } catch (const Error& error) {
      ++refused;
      ASSERT_THAT(error.what(), ::testing::StartsWith("shard: is not a shard of this store ("));
    }
  }
  EXPECT_GT(refused, 100);
}

TEST_F(DamagedStore, TruncatedWithAValidDigest) {
  for (std::size_t size = 0; size < bytes_.size(); size += 7) {
    const auto bytes = std::as_bytes(std::span(bytes_)).first(size);
    EXPECT_ERROR(decode_shard(bytes, test::kSmallShape, manifest_.observer_names, "shard"), Error, "shard: is not");
  }
}

TEST_F(DamagedStore, ShardOfAnotherStore) {
  const auto bytes = std::as_bytes(std::span(bytes_));
  EXPECT_ERROR(decode_shard(bytes, {4, 9, 7}, {"pt", "m0"}, "shard"), Error, "counts, pixel or value");
  EXPECT_ERROR(decode_shard(bytes, {3, 2, 2}, {"pt", "m0"}, "shard"), Error, "image");
  EXPECT_ERROR(decode_shard(bytes, {3, 9, 7}, {"eta"}, "shard"), Error, "column eta is missing");
  EXPECT_ERROR(decode_shard(bytes, {3, 9, 7}, {"label"}, "shard"), Error, "column label is missing, of another type");
}

TEST_F(DamagedStore, InvalidLabelsAndValues) {
  JetRecords jets = test::random_jets(4, test::kSmallShape, 1);
  jets.label[2] = 7;
  EXPECT_ERROR(decode_shard(test::encoded(jets), jets.images.shape, jets.observer_names, "shard"), Error, "label");
  jets.label[2] = 1;
  jets.images.value[5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_ERROR(decode_shard(test::encoded(jets), jets.images.shape, jets.observer_names, "shard"), Error, "not finite");
  jets.images.value[5] = 1;
  jets.images.pixel[5] = 63;
  EXPECT_ERROR(decode_shard(test::encoded(jets), jets.images.shape, jets.observer_names, "shard"), Error, "outside");
}

}  // namespace
}  // namespace jetvit
