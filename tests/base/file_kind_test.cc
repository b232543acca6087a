#include "base/file_kind.h"

#include <gtest/gtest.h>

#include "base/commit.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

TEST(FileKind, IsThatOfTheFirstBytes) {
  const std::string rest(300, '\1');
  EXPECT_EQ(file_kind("PAR1" + rest), "a Parquet file");
  EXPECT_EQ(file_kind("root" + rest), "a ROOT file");
  EXPECT_EQ(file_kind("\x89HDF\r\n\x1a\n" + rest), "an HDF5 file");
  EXPECT_EQ(file_kind("\x89PNG\r\n\x1a\n" + rest), "a PNG picture");
  EXPECT_EQ(file_kind(std::string_view("\x1f\x8b\x08\0", 4)), "gzip data");
  EXPECT_EQ(file_kind(std::string(257, '\0') + "ustar"), "a tar file");
  EXPECT_EQ(file_kind("score,label\n0.5,1\n"), "text");
  EXPECT_EQ(file_kind(" {\"model\": 1}"), "JSON");
  EXPECT_EQ(file_kind(rest), "");
  EXPECT_EQ(file_kind("PAR"), "text");
  EXPECT_EQ(file_kind(""), "");
}

TEST(FileKind, ReadsShortFiles) {
  const test::TempFolder folder;
  commit_text(folder / "a", "ORC");
  EXPECT_EQ(file_kind(InputFile(folder / "a")), "an ORC file");
  commit_text(folder / "b", "");
  EXPECT_EQ(file_kind(InputFile(folder / "b")), "");
}

TEST(FileKind, HiddenNamesBeginWithADotOrAnUnderscore) {
  EXPECT_TRUE(is_hidden("/data/._a.parquet"));
  EXPECT_TRUE(is_hidden("_SUCCESS"));
  EXPECT_FALSE(is_hidden("/.data/a_.parquet"));
}

}  // namespace
}  // namespace jetvit
