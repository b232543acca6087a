#include "base/folder_lock.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/commit.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

TEST(FolderLock, KeepsTheFolderForOneWriterAndNamesIt) {
  const test::TempFolder folder;
  {
    const FolderLock first(folder.path());
    // A second open of the file acts like another process.
    EXPECT_ERROR(FolderLock(folder / "."), Error,
                 text("another process is writing to it (process ", ::getpid(), " on host "));
    EXPECT_ERROR(FolderLock(folder.path(), {"it is taken", "look elsewhere"}), Error, "; look elsewhere)");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "the lock left a file";
  const FolderLock again(folder.path());
}

TEST(FolderLock, ReusesTheFileOfAKilledProcess) {
  const test::TempFolder folder;
  for (const char* left : {"", "71", "2147483647 elsewhere\n", "no process\n"}) {
    commit_text(folder / ".jetvit-lock", left);
    const FolderLock lock(folder.path());
    EXPECT_THAT(read_text_file(folder / ".jetvit-lock", 300), ::testing::StartsWith(text(::getpid(), " ")));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(FolderLock, IsHeldWhileItsProcessLives) {
  const test::TempFolder folder;
  EXPECT_FALSE(FolderLock::is_held(folder.path()));
  {
    const FolderLock lock(folder.path());
    EXPECT_TRUE(FolderLock::is_held(folder.path()));
  }
  EXPECT_FALSE(FolderLock::is_held(folder.path()));
  commit_text(folder / ".jetvit-lock", text(::getppid(), " left by a process that was killed\n"));
  EXPECT_FALSE(FolderLock::is_held(folder.path())) << "the file alone is no lock";
  EXPECT_FALSE(FolderLock::is_held(folder / "absent"));
}

TEST(FolderLock, FollowsNoLink) {
  const test::TempFolder folder;
  commit_text(folder / "precious", "content");
  std::filesystem::create_symlink(folder / "precious", folder / ".jetvit-lock");
  EXPECT_ERROR(FolderLock(folder.path()), Error, "cannot be written");
  EXPECT_EQ(read_text_file(folder / "precious", 100), "content");
}

TEST(FolderLock, NamesAMissingFolder) {
  const test::TempFolder folder;
  EXPECT_ERROR(FolderLock(folder.path() / "absent"), Error, "absent");
}

}  // namespace
}  // namespace jetvit
