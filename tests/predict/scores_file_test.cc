#include "predict/scores_file.h"

#include <gtest/gtest.h>

#include "base/commit.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

Scores three_jets() {
  Scores scores;
  scores.score = {0.25, 0.5, 0.75};
  scores.logit = {-1.1F, 0, 1.1F};
  scores.label = {0, 1, 1};
  scores.weight = {1, 2, 0.5};
  scores.observer_names = {"pt", "m0"};
  scores.observers = {{100, 110, 120}, {10, 11, 12}};
  scores.source_file = {"a.parquet", "a.parquet", "b.parquet"};
  scores.source_row = {0, 7, std::uint64_t{1} << 40};
  scores.split = {"train", "validation", "test"};
  return scores;
}

TEST(ScoresFile, ReadsBackWhatWasWritten) {
  const test::TempFolder folder;
  const Scores written = three_jets();
  ScoresWriter writer(folder / "scores.parquet", {.observers = written.observer_names, .split = true}, {{"epoch", 3}});
  writer.append(written);
  writer.append(written);
  writer.close();
  const Scores read = read_scores(folder / "scores.parquet");
  ASSERT_EQ(read.size(), 6U);
  EXPECT_EQ(read.score[5], 0.75);
  EXPECT_EQ(read.logit[3], -1.1F);
  EXPECT_EQ(read.label, (std::vector<std::uint8_t>{0, 1, 1, 0, 1, 1}));
  EXPECT_EQ(read.weight[1], 2);
  EXPECT_EQ(read.observer_names, written.observer_names);
  EXPECT_EQ(read.observers[1][4], 11);
  EXPECT_EQ(read.source_file[2], "b.parquet");
  EXPECT_EQ(read.source_row[2], std::uint64_t{1} << 40);
  EXPECT_EQ(read.split[4], "validation");
}

TEST(ScoresFile, NothingAppearsWithoutClose) {
  const test::TempFolder folder;
  {
    ScoresWriter writer(folder / "scores.parquet", {.observers = {"pt", "m0"}, .split = true}, Json::object());
    writer.append(three_jets());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ScoresFile, WithoutLabelsThereIsNoSuchColumn) {
  const test::TempFolder folder;
  ScoresWriter writer(folder / "scores.parquet", {.observers = {"pt", "m0"}, .label = false}, Json::object());
  writer.append(three_jets());
  writer.close();
  EXPECT_ERROR(read_scores(folder / "scores.parquet"), Error, "has no column label");
}

TEST(ScoresFile, ForeignFilesAreNamed) {
  const test::TempFolder folder;
  commit_text(folder / "x.parquet", "no Parquet");
  EXPECT_ERROR(read_scores(folder / "x.parquet"), Error, "not a readable Parquet file");
  EXPECT_ERROR(read_scores(folder / "absent.parquet"), Error, "absent.parquet");
  EXPECT_ERROR(read_scores(folder.path()), Error, "is a folder");
}

}  // namespace
}  // namespace jetvit
