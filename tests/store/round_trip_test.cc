#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "store/shard.h"
#include "store/small_store.h"
#include "store/store_reader.h"
#include "store/store_writer.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

using test::TempFolder;

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

std::set<std::string> names_of(const Manifest& manifest) {
  std::set<std::string> names = {"manifest.json"};
  for (const ShardEntry& shard : manifest.shards) names.insert(shard.file);
  return names;
}

TEST(Store, ReadsBackWhatWasWritten) {
  const TempFolder folder;
  const Manifest manifest = test::write_small_store(folder / "store");
  EXPECT_EQ(manifest.shape, test::kSmallShape);
  EXPECT_EQ(manifest.channels, channels_for(3));
  EXPECT_EQ(manifest.statistics[1].standard_deviation, 1.0 / 3);
  EXPECT_EQ(manifest.observer_names, (std::vector<std::string>{"pt", "m0"}));
  EXPECT_EQ(manifest.source_files[0].skipped, 2U);
  EXPECT_EQ(manifest.skipped_rows[0].at("row"), 3);
  EXPECT_EQ(manifest.fingerprint.size(), 64U);
  std::uint32_t seed = 1;
  for (const Split split : kSplits) {
    for (const int threads : {1, 3}) {
      const JetRecords jets = read_split(folder / "store", manifest, split, threads);
      EXPECT_TRUE(test::equal(jets, test::random_jets(40 - 10 * seed, test::kSmallShape, seed)));
      EXPECT_EQ(jets.size(), manifest.jets(split));
    }
    ++seed;
  }
  check_shards(folder / "store", manifest);
}

// Whatever the number of processes, their pieces of all rounds are the jets in order; pieces begin with a batch, and no
// process has two batches more in a round than another.
TEST(Store, RoundsDealEveryJetOnce) {
  const TempFolder folder;
  StoreWriter writer(folder / "store");
  JetRecords all = test::random_jets(7, test::kSmallShape, 1);
  writer.append(all, Split::kTest);
  for (std::uint32_t shard = 2; shard < 8; ++shard) {
    writer.flush();
    const JetRecords more = test::random_jets(9 * (shard % 4), test::kSmallShape, shard);
    writer.append(more, Split::kTest);
    all.append(more);
  }
  writer.close(test::small_manifest());
  const Manifest manifest = read_manifest(folder / "store");
  ASSERT_GT(manifest.shards.size(), 4U);
  constexpr std::size_t kBatch = 4;
  for (std::size_t processes = 1; processes < 9; ++processes) {
    std::vector<std::vector<std::vector<ShardPiece>>> rounds(processes);
    for (std::size_t process = 0; process < processes; ++process) {
      for_each_round(folder / "store", manifest, Split::kTest, {process, processes}, kBatch,
                     [&](std::vector<ShardPiece>&& pieces) { rounds[process].push_back(std::move(pieces)); });
      ASSERT_EQ(rounds[process].size(), (manifest.shards.size() + processes - 1) / processes);
    }
    JetRecords together;
    std::map<std::size_t, std::size_t> jets_of_shard;
    for (std::size_t round = 0; round < rounds[0].size(); ++round) {
      std::vector<std::size_t> batches(processes);
      for (std::size_t process = 0; process < processes; ++process) {
        for (const ShardPiece& piece : rounds[process][round]) {
          EXPECT_EQ(jets_of_shard[piece.shard] % kBatch, 0U);
          EXPECT_EQ(piece.shard / processes, round);
          jets_of_shard[piece.shard] += piece.jets.size();
          batches[process] += (piece.jets.size() + kBatch - 1) / kBatch;
          together.append(piece.jets);
        }
      }
      const auto [least, most] = std::minmax_element(batches.begin(), batches.end());
      EXPECT_LE(*most, *least + 1);
    }
    EXPECT_TRUE(test::equal(together, all)) << processes;
  }
}

// More jets than fit into a shard, in chunks that do not divide it, are read back in their order.
TEST(Store, KeepsTheOrderAcrossShards) {
  const TempFolder folder;
  const ImageShape shape = {1, 4, 4};
  const JetRecords all = test::random_jets(20001, shape, 5);
  Manifest manifest = test::small_manifest();
  manifest.shape = shape;
  manifest.channels = channels_for(1);
  manifest.statistics.resize(1);
  {
    StoreWriter writer(folder / "store");
    for (std::size_t begin = 0; begin < all.size(); begin += 777) {
      std::vector<std::size_t> chunk;
      for (std::size_t jet = begin; jet < std::min(begin + 777, all.size()); ++jet) chunk.push_back(jet);
      writer.append(all.select(chunk), Split::kTest);
    }
    writer.close(manifest);
  }
  manifest = read_manifest(folder / "store");
  EXPECT_EQ(manifest.shards.size(), 5U);
  EXPECT_TRUE(test::equal(read_split(folder / "store", manifest, Split::kTest, 2), all));
  EXPECT_EQ(read_split(folder / "store", manifest, Split::kTrain, 2).size(), 0U);
}

TEST(Store, EmptyImagesSurvive) {
  JetRecords jets = test::random_jets(5, test::kSmallShape, 3);
  jets.images = SparseImages();
  jets.images.shape = test::kSmallShape;
  jets.images.offset.resize(5 * 3 + 1);
  const std::vector<std::byte> bytes = test::encoded(jets);
  EXPECT_TRUE(test::equal(decode_shard(bytes, test::kSmallShape, jets.observer_names, "shard"), jets));
}

TEST(Store, IntegersKeepAllDigitsAndNulls) {
  JetRecords jets = test::random_jets(4, test::kSmallShape, 3);
  for (const bool is_unsigned : {false, true}) {
    jets.integers = {{1, is_unsigned, {(std::int64_t{1} << 53) + 1, -1, 0, 7}}};
    const double all_bits = is_unsigned ? 0x1p64 : -1;
    jets.observers[1] = {0x1p53, all_bits, std::numeric_limits<double>::quiet_NaN(), 7};
    const JetRecords read = decode_shard(test::encoded(jets), test::kSmallShape, jets.observer_names, "shard");
    EXPECT_EQ(read.integers, jets.integers);
    EXPECT_TRUE(std::isnan(read.observers[1][2]));
    EXPECT_EQ(read.observers[1][1], all_bits);
    EXPECT_EQ(read.observers[0], jets.observers[0]);
  }
}

TEST(Store, TheSameJetsGiveTheSameBytes) {
  const TempFolder folder;
  const Manifest first = test::write_small_store(folder / "a");
  const Manifest second = test::write_small_store(folder / "b");
  EXPECT_EQ(first.fingerprint, second.fingerprint);
  EXPECT_EQ(names_in(folder / "a"), names_in(folder / "b"));
  EXPECT_NE(first.fingerprint, test::write_small_store(folder / "c", 9).fingerprint);
}

TEST(Store, AnUnfinishedWriterLeavesNothing) {
  const TempFolder folder;
  {
    StoreWriter writer(folder / "some" / "where");
    writer.append(test::random_jets(9000, {1, 2, 2}, 1), Split::kTrain);
    EXPECT_FALSE(names_in(folder / "some" / "where").empty()) << "a shard was due";
  }
  EXPECT_TRUE(names_in(folder.path()).empty());
}

TEST(Store, AnUnfinishedWriterKeepsTheOldStore) {
  const TempFolder folder;
  const Manifest old = test::write_small_store(folder / "store");
  {
    StoreWriter writer(folder / "store");
    writer.append(test::random_jets(9000, {1, 2, 2}, 1), Split::kTrain);
    read_split(folder / "store", read_manifest(folder / "store"), Split::kTrain, 1);
  }
  EXPECT_EQ(names_in(folder / "store"), names_of(old));
  EXPECT_EQ(read_manifest(folder / "store").fingerprint, old.fingerprint);
}

TEST(Store, AStoreIsReplacedCompletely) {
  const TempFolder folder;
  const Manifest old = test::write_small_store(folder / "store");
  const Manifest now = test::write_small_store(folder / "store", 7);
  EXPECT_NE(old.fingerprint, now.fingerprint);
  EXPECT_EQ(names_in(folder / "store"), names_of(now));
  EXPECT_EQ(read_split(folder / "store", now, Split::kTrain, 1).size(), 30U);
}

TEST(Store, RemovesOnlyWhatAKilledWriterLeft) {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "store");
  std::ofstream(folder / "store/train-00000-0123456789abcdef.arrow") << "half";
  std::ofstream(folder / "store/.train-00001.arrow.jetvit-tmp-1-1") << "half";
  EXPECT_EQ(names_in(folder / "store").size(), 2U);
  const Manifest manifest = test::write_small_store(folder / "store");
  EXPECT_EQ(names_in(folder / "store"), names_of(manifest));
}

TEST(Store, OneWriterAtATime) {
  const TempFolder folder;
  {
    const StoreWriter first(folder / "store");
    EXPECT_ERROR(StoreWriter(folder / "store"), Error, "store: another preparation is writing to it");
  }
  test::write_small_store(folder / "store");
}

TEST(Store, RefusesAFolderOfOtherFiles) {
  for (const std::string name : {"mine.arrow", "train-mine.arrow", "notes.txt", ".hidden", "manifest.json.bak"}) {
    const TempFolder folder;
    std::ofstream(folder / name) << "precious";
    EXPECT_ERROR(StoreWriter(folder.path()), Error, "holds " + name);
    EXPECT_TRUE(std::filesystem::exists(folder / name));
  }
  const TempFolder folder;
  std::ofstream(folder / "file") << "precious";
  EXPECT_ERROR(StoreWriter(folder / "file"), Error, "file: is not a folder");
  EXPECT_ERROR(StoreWriter(folder / "file/store"), Error, "cannot be created");
}

}  // namespace
}  // namespace jetvit
