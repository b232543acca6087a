#include "inspect/inspection.h"

#include <fstream>

#include <gtest/gtest.h>

#include "inspect/hand_made_store.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

using test::HandMadeJet;
using test::write_store;

// Images of 2 x 3 pixels: two jets to train, one to validate.
const std::vector<HandMadeJet> kJets = {{0, {{0, 1}}, {100}, Split::kTrain},
                                        {1, {{0, 1}, {4, 6}}, {113}, Split::kTrain},
                                        {1, {{5, 2}}, {120}, Split::kValidation}};

class Inspected : public testing::Test {
 protected:
  Inspected() { write_store(store_, 2, 3, {"pt"}, kJets); }

  InspectOptions options() const { return {.input = store_, .read = {}, .pictures = {}}; }

  const test::TempFolder folder_;
  const std::filesystem::path store_ = folder_ / "store";
};

TEST_F(Inspected, AStoreIsToldFromItsManifest) {
  const Inspection reported = inspect(options());
  EXPECT_EQ(reported.kind, "jet store");
  EXPECT_EQ(reported.shape, (ImageShape{1, 2, 3}));
  EXPECT_EQ(reported.observers, std::vector<std::string>{"pt"});
  EXPECT_EQ(reported.counts, (std::array<std::uint64_t, 2>{1, 2}));
  EXPECT_EQ(reported.statistics_of, "the split train");
  EXPECT_EQ(reported.summary.rows, 5U);
  EXPECT_EQ(reported.summary.kept, 3U);
  EXPECT_EQ(reported.summary.skipped, 2U);
  ASSERT_EQ(reported.summary.named.size(), 1U);  // that of a file which the manifest does not name is left out
  EXPECT_EQ(reported.summary.named[0].row, 3U);
  EXPECT_EQ(reported.files.at(reported.summary.named[0].file), "jets.parquet");
  EXPECT_EQ(reported.summary.reasons.at("NaN"), 2U);
  ASSERT_EQ(reported.splits.size(), 3U);
  EXPECT_EQ(reported.splits[1].counts, (std::array<std::uint64_t, 2>{0, 1}));
  EXPECT_TRUE(reported.splits[0].statistics.empty());  // no shard was read
  ASSERT_TRUE(reported.preparation);
  EXPECT_EQ(reported.preparation->zero_threshold, 0.25);
  EXPECT_EQ(reported.preparation->negative_pixels, 12U);
  EXPECT_EQ(reported.preparation->files, 1U);
  EXPECT_FALSE(reported.pictures);
}

TEST_F(Inspected, WithoutTrainingJetsTheStatisticsAreOfAll) {
  write_store(folder_ / "tested", 2, 3, {"pt"}, {{0, {{0, 1}}, {100}, Split::kTest}});
  EXPECT_EQ(inspect({.input = folder_ / "tested", .read = {}, .pictures = {}}).statistics_of, "all jets");
}

TEST_F(Inspected, VerifyingReadsEverySplit) {
  InspectOptions verified = options();
  verified.verify = true;
  const Inspection reported = inspect(verified);
  const ChannelStatistics& train = reported.splits[0].statistics.at(0);
  EXPECT_DOUBLE_EQ(train.occupancy, (1 + 2) / 2.0);
  EXPECT_DOUBLE_EQ(train.mean, (1 + 1 + 6) / 12.0);
  EXPECT_DOUBLE_EQ(train.maximum, 6);
  EXPECT_DOUBLE_EQ(reported.splits[1].statistics.at(0).mean, 2 / 6.0);
  for (const auto& entry : std::filesystem::directory_iterator(store_)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with("train")) continue;
    std::fstream shard(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    shard.seekp(200);
    shard.put('\x7f');
    shard.close();
    EXPECT_ERROR(inspect(verified), Error, name);
  }
  EXPECT_NO_THROW(inspect(options()));  // of the same size: nobody looked
}

TEST_F(Inspected, RawFilesHaveNoDigests) {
  const std::string raw = JETVIT_SOURCE_DIR "/data/sample/quark_gluon_test.parquet";
  EXPECT_ERROR(inspect({.input = raw, .read = {}, .verify = true, .pictures = {}}), UsageError,
               "`verify`: raw Parquet");
}

TEST_F(Inspected, PicturesComeAsOneSet) {
  InspectOptions drawn = options();
  drawn.pictures.folder = folder_ / "pictures";
  const Inspection reported = inspect(drawn);
  ASSERT_TRUE(reported.pictures);
  EXPECT_EQ(reported.pictures->jets, 3U);
  EXPECT_EQ(reported.pictures->jets_of_spectra, 3U);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "pictures/jets.png"));
  EXPECT_ERROR(inspect(drawn), Error, "already exists");
  drawn.pictures.overwrite = true;
  EXPECT_NO_THROW(inspect(drawn));
  drawn.pictures.folder = folder_ / "more";
  drawn.input = folder_ / "absent";
  EXPECT_THROW(inspect(drawn), Error);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "more"));
}

TEST_F(Inspected, JsonKeepsItsKeys) {
  InspectOptions all = options();
  all.verify = true;
  all.pictures.folder = folder_ / "pictures";
  const Json json = to_json(inspect(all));
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"kind", "shape", "rows", "jets", "class_0", "class_1", "class_names",
                                            "weight_column", "observers", "channels", "statistics_of", "skipped",
                                            "skipped_reasons", "skipped_rows", "splits", "preparation", "pictures"}));
  EXPECT_EQ(json["preparation"].dump(),
            R"({"mode":"standard","zero_threshold":0.25,"negative_pixels_dropped":12,"files":1})");
  EXPECT_EQ(json["skipped_rows"].dump(), R"([{"file":"jets.parquet","row":3,"reason":"NaN"}])");
  EXPECT_EQ(json["splits"]["validation"]["class_1"], 1);
  EXPECT_EQ(json["splits"]["validation"]["channels"][0]["maximum"], 2.0);
}

}  // namespace
}  // namespace jetvit
