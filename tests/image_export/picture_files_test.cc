#include "image_export/picture_files.h"

#include <string>
#include <utility>
#include <vector>

#include "base/commit.h"
#include "base/reporter.h"
#include "raw/raw_writer.h"
#include "support/expect_error.h"
#include "support/random_jets.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

class PictureFiles : public testing::Test {
 protected:
  // A file of two jets; those of another seed are others.
  std::string write(const std::string& name, std::uint32_t seed) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    RawWriter writer(folder_ / name, {});
    writer.append(test::random_jets(2, {3, 11, 11}, seed));
    writer.close();
    return folder_ / name;
  }

  static InputNames names(std::vector<std::string> any) {
    InputNames of;
    of.any = std::move(any);
    return of;
  }

  test::TempFolder folder_;
};

TEST_F(PictureFiles, AreThoseOfAFolderInNaturalOrder) {
  const std::vector<std::filesystem::path> expected = {write("raw/jets_2.parquet", 1), write("raw/jets_10.parquet", 2)};
  EXPECT_EQ(picture_files(names({folder_ / "raw"})), expected);
}

TEST_F(PictureFiles, HaveNoSplits) {
  const std::string file = write("raw/train/jets.parquet", 1);
  const std::string other = write("raw/test/jets.parquet", 2);
  InputNames wrong = names({file});
  wrong.of_split[static_cast<std::size_t>(Split::kTest)] = {other};
  EXPECT_ERROR(picture_files(wrong), UsageError, "have no splits (prepare the files of each into a folder)");
  wrong = names({file});
  wrong.shares.test = 0.2;
  EXPECT_ERROR(picture_files(wrong), UsageError, "have no splits (leave out `validation_share` and `test_share`)");
  wrong = names({file});
  wrong.allow_trained = true;
  EXPECT_ERROR(picture_files(wrong), UsageError, "have no splits (leave out `allow_trained`)");
  EXPECT_ERROR(picture_files(names({folder_ / "raw"})), UsageError,
               "have no splits (prepare each folder's files apart)");
  EXPECT_EQ(picture_files(names({file, other})).size(), 2U);
}

TEST_F(PictureFiles, AreRawParquet) {
  commit_text(folder_ / "jets.tfrecords", "");
  EXPECT_ERROR(picture_files(names({folder_ / "jets.tfrecords"})), UsageError,
               "jets.tfrecords: pictures are prepared from raw Parquet files");
}

TEST_F(PictureFiles, AreNoCopiesOfEachOther) {
  const std::string file = write("a.parquet", 1);
  std::filesystem::copy_file(file, folder_ / "b.parquet");
  EXPECT_ERROR(picture_files(names({file, folder_ / "b.parquet"})), Error, "has the same content as");
}

TEST_F(PictureFiles, WhatIsLeftOutIsReported) {
  struct : Reporter {
    std::vector<std::string> lines;
    void note(std::string_view line) override { lines.emplace_back(line); }
    void warn(std::string_view line) override { lines.emplace_back(line); }
    void progress(const ProgressReport& /*report*/) override {}
    void end_progress() override {}
  } heard;
  const ReporterScope scope(heard);
  write("raw/jets.parquet", 1);
  commit_text(folder_ / "raw/notes.csv", "text\n");
  EXPECT_EQ(picture_files(names({folder_ / "raw"})).size(), 1U);
  ASSERT_EQ(heard.lines.size(), 1U);
  EXPECT_THAT(heard.lines.front(), testing::HasSubstr("notes.csv"));
}

}  // namespace
}  // namespace jetvit
