#include "image_export/jet_sink.h"

#include "base/commit.h"
#include "base/file.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

constexpr ImageShape kShape = {3, 4, 4};
constexpr double kThreshold = 1e-3;

// Jets of one file with these labels, each with one pixel per channel.
JetRecords jets_of(std::uint32_t file, const std::vector<std::uint8_t>& labels) {
  JetRecords jets;
  jets.images.shape = kShape;
  for (std::size_t jet = 0; jet < labels.size(); ++jet) {
    for (int channel = 0; channel < kShape.channels; ++channel) {
      jets.images.pixel.push_back(static_cast<std::uint16_t>(jet + file));
      jets.images.value.push_back(1);
      jets.images.offset.push_back(jets.images.pixel.size());
    }
    jets.label.push_back(labels[jet]);
    jets.weight.push_back(1);
    jets.source_file.push_back(file);
    jets.source_row.push_back(jet);
  }
  identify(jets);
  return jets;
}

// An output folder for one test.
class Folder {
 public:
  test::TempFolder folder;
  OutputFolder output{folder / "out", false, [](const std::filesystem::path&) { return true; }};

  std::filesystem::path operator/(const std::string& name) const { return output.temporary_path() / name; }
  std::unique_ptr<JetSink> png() { return make_png_folders(output, kShape, kThreshold, 1); }
  std::unique_ptr<JetSink> shards(std::size_t files) {
    return make_record_shards(output, kShape, {files, false, false, kThreshold, 1});
  }
};

const std::vector<ChannelScale> kScales(3, {0, 1, false});

TEST(PngFolders, ResumeWithTheirNumbersAndWithoutLaterPictures) {
  Folder folder;
  std::unique_ptr<JetSink> sink = folder.png();
  EXPECT_EQ(sink->files_together(), 0U);
  sink->write(jets_of(0, {1, 0, 1}), kScales);
  const Json saved = sink->save(1);
  sink->write(jets_of(1, {1, 0}), kScales);
  const std::string later = read_text_file(folder / "1/2.png", 10000);
  commit_text(folder / "1/2.png", "half");
  commit_text(folder / "0/notes", "foreign");

  sink = folder.png();
  EXPECT_EQ(sink->restore(saved), (std::set<std::string>{"0", "1"}));
  EXPECT_EQ(sink->counts(), (std::array<std::uint64_t, 2>{1, 2}));
  EXPECT_EQ(test::files_in(folder / "0"), 1U);
  EXPECT_EQ(test::files_in(folder / "1"), 2U);
  sink->write(jets_of(1, {1, 0}), kScales);
  EXPECT_EQ(read_text_file(folder / "1/2.png", 10000), later);
}

TEST(PngFolders, RefuseMissingOrChangedPictures) {
  Folder folder;
  std::unique_ptr<JetSink> sink = folder.png();
  sink->write(jets_of(0, {1, 0, 1}), kScales);
  const Json saved = sink->save(1);
  std::filesystem::resize_file(folder / "0/0.png", 9);
  EXPECT_ERROR(folder.png()->restore(saved), Error, "its pictures hold ");
  std::filesystem::rename(folder / "1/0.png", folder / "1/00.png");
  EXPECT_ERROR(folder.png()->restore(saved), Error, "it holds 1 pictures in ");
}

TEST(RecordShards, ResumeAfterCompleteShards) {
  Folder folder;
  std::unique_ptr<JetSink> sink = folder.shards(9);
  EXPECT_EQ(sink->files_together(), 4U);
  sink->write(jets_of(1, {1, 0}), kScales);
  const Json saved = sink->save(8);  // the files of the second shard have no jets
  sink->write(jets_of(8, {0, 1}), kScales);
  const Json all = sink->close();
  ASSERT_EQ(all.size(), 3U);

  sink = folder.shards(9);
  EXPECT_EQ(sink->restore(saved), (std::set<std::string>{"Top_TFRecords_shard_1_of_3.tfrecords",  //
                                                         "Top_TFRecords_shard_2_of_3.tfrecords"}));
  sink->write(jets_of(8, {0, 1}), kScales);
  EXPECT_EQ(sink->close(), all);  // names, jets, bytes and digests
  std::filesystem::resize_file(folder / "Top_TFRecords_shard_1_of_3.tfrecords", 9);
  EXPECT_ERROR(folder.shards(9)->restore(saved), Error, "shard_1_of_3.tfrecords: holds 9 bytes, expected ");
}

}  // namespace
}  // namespace jetvit
