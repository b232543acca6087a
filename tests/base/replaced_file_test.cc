#include "base/replaced_file.h"

#include <sys/stat.h>

#include "base/commit.h"
#include "base/file.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

// Content that begins with "ours" is ours.
ReplacedFile our_file(std::vector<std::filesystem::path> inputs = {}) {
  const auto is_ours = [](const std::filesystem::path& path) { return read_text_file(path, 100).starts_with("ours"); };
  return {"what we write", is_ours, std::move(inputs)};
}

TEST(ReplacedFile, OwnContentIsReplacedOnlyWithOverwrite) {
  const test::TempFolder folder;
  const std::filesystem::path path = folder / "file";
  EXPECT_NO_THROW(refuse_file(path, false, our_file()));
  commit_text(path, "ours 1");
  EXPECT_ERROR(refuse_file(path, false, our_file()), Error, "already exists");
  EXPECT_NO_THROW(refuse_file(path, true, our_file()));
}

TEST(ReplacedFile, ForeignContentAndInputsAreRefused) {
  const test::TempFolder folder;
  commit_text(folder / "foreign", "thesis");
  EXPECT_ERROR(refuse_file(folder / "foreign", true, our_file()), Error, "does not hold what we write");
  commit_text(folder / "input", "ours 1");
  EXPECT_ERROR(refuse_file(folder / "input", true, our_file({folder / "." / "input"})), Error, "is an input");
  std::filesystem::create_hard_link(folder / "input", folder / "same");
  EXPECT_ERROR(refuse_file(folder / "same", true, our_file({folder / "input"})), Error, "is an input");
}

TEST(ReplacedFile, WhatIsNoRegularFileIsRefusedWithOrWithoutOverwrite) {
  const test::TempFolder folder;
  commit_text(folder / "file", "ours 1");
  std::filesystem::create_symlink("file", folder / "link");
  std::filesystem::create_symlink("missing", folder / "dangling");
  std::filesystem::create_directory(folder / "folder");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const bool overwrite : {false, true}) {
    EXPECT_ERROR(refuse_file(folder / "link", overwrite, our_file()), Error, "is a link");
    EXPECT_ERROR(refuse_file(folder / "dangling", overwrite, our_file()), Error, "is a link");
    EXPECT_ERROR(refuse_file(folder / "folder", overwrite, our_file()), Error, "is a folder");
    EXPECT_ERROR(refuse_file(folder / "pipe", overwrite, our_file()), Error, "is a pipe");
    EXPECT_ERROR(refuse_file("/dev/null", overwrite, our_file()), Error, "is a device");
  }
}

}  // namespace
}  // namespace jetvit
