#include "base/folder_lock.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

TEST(FolderLock, KeepsTheFolderForOneWriter) {
  const test::TempFolder folder;
  {
    const FolderLock first(folder.path());
    // A second opening of the folder is what another process has.
    EXPECT_ERROR(FolderLock(folder / "."), Error, "another process writes there");
  }
  const FolderLock again(folder.path());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "the lock left a file";
}

TEST(FolderLock, NamesAMissingFolder) {
  const test::TempFolder folder;
  EXPECT_ERROR(FolderLock(folder.path() / "absent"), Error, "absent");
}

}  // namespace
}  // namespace jetvit
