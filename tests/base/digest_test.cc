#include "base/digest.h"

#include <gtest/gtest.h>

#include "base/commit.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

// FIPS 180-2, appendix B.1: the digest of "abc".
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, EqualsThePublishedExample) {
  const std::string abc = "abc";
  EXPECT_EQ(sha256(std::as_bytes(std::span(abc))), kAbc);
  const test::TempFolder folder;
  commit_text(folder / "abc", abc);
  EXPECT_EQ(sha256_of_file(folder / "abc"), kAbc);
}

TEST(Digest, FileLargerThanTheBuffer) {
  const std::string large(3 * 1024 * 1024 + 5, 'j');
  const test::TempFolder folder;
  commit_text(folder / "large", large);
  EXPECT_EQ(sha256_of_file(folder / "large"), sha256(std::as_bytes(std::span(large))));
}

}  // namespace
}  // namespace jetvit
