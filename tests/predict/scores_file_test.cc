#include "predict/scores_file.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>

#include "predict/scores_reader.h"
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
  EXPECT_EQ(read.label, (std::vector<std::uint8_t>{0, 1, 1, 0, 1, 1}));
  EXPECT_EQ(read.weight[1], 2);
  EXPECT_EQ(read.observer_names, written.observer_names);
  EXPECT_EQ(read.observers[1][4], 11);
  // What is not measured is there too.
  const auto file = *arrow::io::ReadableFile::Open((folder / "scores.parquet").string());
  const auto table = *(*parquet::arrow::OpenFile(file, arrow::default_memory_pool()))->ReadTable();
  const auto value = [&](const char* column, std::int64_t row) {
    return (*table->GetColumnByName(column)->GetScalar(row))->ToString();
  };
  EXPECT_EQ(value("logit", 3), "-1.1");
  EXPECT_EQ(value("source_file", 2), "b.parquet");
  EXPECT_EQ(value("source_row", 2), "1099511627776");
  EXPECT_EQ(value("split", 4), "validation");
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

}  // namespace
}  // namespace jetvit
