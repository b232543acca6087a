#include "base/commit.h"

#include "base/file.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

TEST(Commit, ReplacesTheOldContent) {
  const test::TempFolder folder;
  commit_text(folder / "a.txt", "old");
  commit_text(folder / "a.txt", "new content");
  EXPECT_EQ(read_text_file(folder / "a.txt", 100), "new content");
  EXPECT_EQ(test::files_in(folder.path()), 1U);
}

TEST(Commit, WithoutCommitNothingIsLeft) {
  const test::TempFolder folder;
  commit_text(folder / "a.txt", "old");
  {
    OutputFile file(folder / "a.txt");
    file.write("half");
  }
  EXPECT_EQ(read_text_file(folder / "a.txt", 100), "old");
  EXPECT_EQ(test::files_in(folder.path()), 1U);
}

TEST(Commit, NamesPathAndCause) {
  EXPECT_ERROR(OutputFile("/nonexistent-folder/a.txt"), Error,
               "/nonexistent-folder/a.txt: cannot be written (No such file or directory)");
}

TEST(Commit, RefusesAnExistingOutput) {
  const test::TempFolder folder;
  commit_text(folder / "a.txt", "old");
  EXPECT_ERROR(refuse_existing(folder / "a.txt", false), Error, "already exists (nothing was changed)");
  EXPECT_NO_THROW(refuse_existing(folder / "a.txt", true));
  EXPECT_NO_THROW(refuse_existing(folder / "b.txt", false));
}

TEST(Commit, RemovesTemporariesOfDeadProcessesOnly) {
  const test::TempFolder folder;
  const std::filesystem::path dead = folder / ".a.txt.jetvit-tmp-999999999-1";
  commit_text(dead, "left by a kill");
  OutputFile alive(folder / "b.txt");
  remove_stale_temporaries(folder.path());
  EXPECT_FALSE(std::filesystem::exists(dead));
  EXPECT_TRUE(std::filesystem::exists(alive.temporary_path()));
}

TEST(InputFile, ShrunkFileIsAnErrorNotASignal) {
  const test::TempFolder folder;
  commit_text(folder / "a.bin", std::string(100, 'x'));
  const InputFile file(folder / "a.bin");
  std::filesystem::resize_file(folder / "a.bin", 40);
  std::vector<std::byte> out(100);
  EXPECT_ERROR(file.read(0, out), Error, "ends at byte 40, expected 100 (it was cut short)");
}

TEST(InputFile, RefusesFoldersAndLimits) {
  const test::TempFolder folder;
  EXPECT_ERROR(InputFile(folder.path()), Error, "is not a regular file");
  commit_text(folder / "a.txt", "12345");
  EXPECT_ERROR(read_text_file(folder / "a.txt", 4), Error, "more than the limit of 4 B");
}

}  // namespace
}  // namespace jetvit
