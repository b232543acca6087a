#include "base/output_folder.h"

#include <unistd.h>

#include "base/commit.h"
#include "base/file.h"
#include "base/text.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

bool is_ours(const std::filesystem::path& name) {
  return name.native().starts_with("ours");
}

void write_output(const std::filesystem::path& path, std::string_view content, bool overwrite) {
  OutputFolder output(path, overwrite, is_ours);
  output.add_folder("ours");
  output.add_file("ours/a", content);
  output.commit();
}

TEST(OutputFolder, IsCompleteAfterCommit) {
  const test::TempFolder folder;
  const std::filesystem::path out = folder / "deep/out/";  // a trailing slash changes nothing
  {
    OutputFolder output(out, false, is_ours);
    output.add_file("ours", "content");
    EXPECT_FALSE(std::filesystem::exists(out));
    output.commit();
  }
  EXPECT_EQ(read_text_file(out / "ours", 100), "content");
  EXPECT_EQ(test::files_in(folder / "deep"), 1U);
}

TEST(OutputFolder, WithoutCommitNothingIsLeft) {
  const test::TempFolder folder;
  {
    OutputFolder output(folder / "deep/out", false, is_ours);
    output.add_file("ours", "content");
  }
  EXPECT_EQ(test::files_in(folder.path()), 0U);
}

TEST(OutputFolder, ReplacesOnlyItsOwnFilesAndOnlyWhenAsked) {
  const test::TempFolder folder;
  const std::filesystem::path out = folder / "out";
  std::filesystem::create_directory(out);  // an empty folder may be used
  write_output(out, "old", false);
  EXPECT_ERROR(write_output(out, "new", false), Error, "already exists (nothing was changed)");
  EXPECT_EQ(read_text_file(out / "ours/a", 100), "old");
  write_output(out, "new", true);
  EXPECT_EQ(read_text_file(out / "ours/a", 100), "new");
  commit_text(out / "theirs.txt", "precious");
  EXPECT_ERROR(write_output(out, "newer", true), Error, "holds theirs.txt, which no preparation of this kind wrote");
  EXPECT_EQ(read_text_file(out / "theirs.txt", 100), "precious");
  EXPECT_EQ(test::files_in(folder.path()), 1U);
}

TEST(OutputFolder, ReplacesTheTargetOfALink) {
  const test::TempFolder folder;
  write_output(folder / "out", "old", false);
  std::filesystem::create_directory_symlink(folder / "out", folder / "link");
  write_output(folder / "link", "new", true);
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(read_text_file(folder / "out/ours/a", 100), "new");
  EXPECT_EQ(test::files_in(folder.path()), 2U);
}

TEST(OutputFolder, RefusesAnOutputThatAppearedMeanwhile) {
  const test::TempFolder folder;
  OutputFolder late(folder / "out", false, is_ours);
  late.add_file("ours", "late");
  std::filesystem::create_directory(folder / "out");
  commit_text(folder / "out/ours", "early");
  EXPECT_ERROR(late.commit(), Error, "already exists");
  EXPECT_EQ(read_text_file(folder / "out/ours", 100), "early");
}

TEST(OutputFolder, TheSecondOfTwoWritersRefusesAtOnceAndNamesTheFirst) {
  const test::TempFolder folder;
  OutputFolder first(folder / "out", false, is_ours);
  first.add_file("ours", "first");
  EXPECT_ERROR(OutputFolder(folder / "out", false, is_ours), Error,
               text("out: another preparation is writing to it (process ", ::getpid(), " on host "));
  first.commit();
  EXPECT_EQ(read_text_file(folder / "out/ours", 100), "first");
  EXPECT_EQ(test::files_in(folder.path()), 1U);
}

TEST(OutputFolder, RemovesWhatAKilledProcessLeftWithoutARecord) {
  const test::TempFolder folder;
  std::filesystem::create_directories(folder / ".out.jetvit-unfinished/files/ours");
  commit_text(folder / ".out.jetvit-unfinished/files/ours/a", "half");
  commit_text(folder / ".out.jetvit-lock", "1 somewhere\n");
  write_output(folder / "out", "whole", false);
  EXPECT_EQ(read_text_file(folder / "out/ours/a", 100), "whole");
  EXPECT_EQ(test::files_in(folder.path()), 1U);
}

// Leaves a file and a record of it.
void leave_unfinished(const std::filesystem::path& out, bool overwrite) {
  OutputFolder output(out, overwrite, is_ours);
  output.add_folder("ours");
  output.add_file("ours/a", "finished");
  output.sync();
  commit_text(output.record_path(), "one file");
}

TEST(OutputFolder, ResumesFromARecord) {
  const test::TempFolder folder;
  leave_unfinished(folder / "out", false);
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
  {
    OutputFolder output(folder / "out", false, is_ours);
    ASSERT_TRUE(output.is_unfinished());
    EXPECT_EQ(read_text_file(output.record_path(), 100), "one file");
    output.add_folder("ours");  // already exists
    output.add_file("ours/b", "new");
    output.commit();
  }
  EXPECT_EQ(read_text_file(folder / "out/ours/a", 100), "finished");
  EXPECT_EQ(read_text_file(folder / "out/ours/b", 100), "new");
  EXPECT_EQ(test::files_in(folder / "out"), 1U);  // the record is not part of the output
  EXPECT_EQ(test::files_in(folder.path()), 1U);
}

TEST(OutputFolder, DiscardsUnfinishedWorkWhenAsked) {
  const test::TempFolder folder;
  leave_unfinished(folder / "out", false);
  {
    OutputFolder output(folder / "out", false, is_ours);
    output.discard_unfinished();
    EXPECT_FALSE(output.is_unfinished());
    EXPECT_EQ(test::files_in(output.temporary_path()), 0U);
  }
  EXPECT_EQ(test::files_in(folder.path()), 0U);
}

TEST(OutputFolder, NeverMistakesAReplacedOutputForUnfinishedWork) {
  const test::TempFolder folder;
  write_output(folder / "out", "old", false);
  leave_unfinished(folder / "out", true);
  // As after a kill just after the exchange: the old output is where the new one was written, and the record still
  // exists.
  std::filesystem::rename(folder / ".out.jetvit-unfinished/files", folder / ".out.jetvit-unfinished/whole");
  const OutputFolder output(folder / "out", true, is_ours);
  EXPECT_FALSE(output.is_unfinished());
  EXPECT_EQ(test::files_in(output.temporary_path()), 0U);
  EXPECT_FALSE(std::filesystem::exists(output.record_path()));
}

TEST(OutputFolder, NamesPathAndCause) {
  const test::TempFolder folder;
  OutputFolder output(folder / "out", false, is_ours);
  EXPECT_ERROR(output.add_file("absent/a", "x"), Error, "out/absent/a: cannot be written (No such file or directory)");
}

}  // namespace
}  // namespace jetvit
