// Images that stay in their shards, against those that are read into memory.
#include <algorithm>
#include <cstring>
#include <fstream>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "store/small_store.h"
#include "store/store_reader.h"
#include "support/expect_error.h"
#include "support/random_jets.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

class ShardImagesTest : public ::testing::Test {
 protected:
  ShardImagesTest() : store_(folder_ / "store"), manifest_(test::write_small_store(store_)) {}

  std::filesystem::path shard() const {
    const auto found = std::find_if(manifest_.shards.begin(), manifest_.shards.end(),
                                    [](const ShardEntry& shard) { return shard.split == Split::kTrain; });
    return store_ / found->file;
  }

  test::TempFolder folder_;
  std::filesystem::path store_;
  Manifest manifest_;
};

TEST_F(ShardImagesTest, AreThoseInMemory) {
  const JetRecords whole = read_split(store_, manifest_, Split::kTrain, 1);
  const JetRecords opened = open_split(store_, manifest_, Split::kTrain, 2);
  ASSERT_TRUE(opened.stored);
  EXPECT_EQ(opened.images.shape, whole.images.shape);
  EXPECT_TRUE(opened.images.pixel.empty());
  EXPECT_EQ(opened.label, whole.label);
  EXPECT_EQ(opened.observers, whole.observers);
  EXPECT_EQ(opened.identity, whole.identity);
  std::vector<std::size_t> order(whole.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  SparseImages images;
  for (const std::size_t count : {order.size(), std::size_t{3}, std::size_t{0}}) {  // also fewer than before
    const std::span jets(order.data(), count);
    opened.stored->prefetch(jets);
    opened.stored->read(jets, images);
    const SparseImages expected = whole.select(jets).images;
    EXPECT_EQ(images.shape, expected.shape);
    EXPECT_EQ(images.offset, expected.offset);
    EXPECT_EQ(images.pixel, expected.pixel);
    EXPECT_EQ(images.value, expected.value);
  }
}

// Several processes share the comparison with the digests: the one whose share a shard is finds the damage.
TEST_F(ShardImagesTest, AreCheckedByShares) {
  const JetRecords whole = read_split(store_, manifest_, Split::kTrain, 1);
  const std::vector<std::byte> bytes = read_binary_file(shard(), 1 << 20);
  std::string content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::string value(sizeof(float), '\0');
  std::memcpy(value.data(), &whole.images.value[0], sizeof(float));
  const std::size_t place = content.find(value);
  ASSERT_NE(place, std::string::npos);
  content[place] = static_cast<char>(content[place] ^ 1);  // the last bit of a number: nothing but the digest shows it
  std::ofstream(shard(), std::ios::binary | std::ios::trunc) << content;
  EXPECT_ERROR(open_split(store_, manifest_, Split::kTrain, 1, {0, 2}), Error, "differs from its digest");
  EXPECT_EQ(open_split(store_, manifest_, Split::kTrain, 1, {1, 2}).label, whole.label);
}

// A file that is replaced by another one under its name stays what it was.
TEST_F(ShardImagesTest, OutliveTheName) {
  const JetRecords opened = open_split(store_, manifest_, Split::kTrain, 1);
  const JetRecords whole = read_split(store_, manifest_, Split::kTrain, 1);
  std::filesystem::remove(shard());
  SparseImages images;
  const std::vector<std::size_t> jets = {0, 1};
  opened.stored->read(jets, images);
  EXPECT_EQ(images.value, whole.select(jets).images.value);
}

TEST_F(ShardImagesTest, OfAFileThatIsCut) {
  const JetRecords opened = open_split(store_, manifest_, Split::kTrain, 1);
  std::filesystem::resize_file(shard(), 100);
  SparseImages images;
  EXPECT_ERROR(opened.stored->read(std::vector<std::size_t>{0}, images), Error, shard().string());
}

TEST_F(ShardImagesTest, OfAFileThatIsOverwritten) {
  const JetRecords opened = open_split(store_, manifest_, Split::kTrain, 1);
  const auto size = std::filesystem::file_size(shard());
  std::ofstream(shard(), std::ios::binary | std::ios::in)
      .write(std::string(size, '\xff').data(), std::ssize(std::string(size, 'x')));
  SparseImages images;
  EXPECT_ERROR(opened.stored->read(std::vector<std::size_t>{0}, images), Error, "was changed while it was in use");
}

}  // namespace
}  // namespace jetvit
