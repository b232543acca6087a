#include "tfrecord/tf_record.h"

#include <bit>
#include <cstring>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(TfRecord, ChecksumIsTheMaskedCastagnoliOne) {
  const std::string digits = "123456789";  // CRC32C e3069283 (RFC 3720, appendix B.4)
  EXPECT_EQ(masked_crc32c(std::as_bytes(std::span(digits))), std::rotr(0xe3069283U, 15) + 0xa282ead8U);
}

TEST(TfRecord, RecordFramesLengthAndData) {
  const std::string record = tf_record("abc");
  ASSERT_EQ(record.size(), 8U + 4 + 3 + 4);
  std::uint64_t length = 0;
  std::memcpy(&length, record.data(), 8);
  EXPECT_EQ(length, 3U);
  EXPECT_EQ(record.substr(12, 3), "abc");
}

}  // namespace
}  // namespace jetvit
