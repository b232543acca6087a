#include "train/event_file.h"

#include <bit>
#include <cstring>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(EventFile, ChecksumIsTheMaskedCastagnoliOne) {
  const std::string digits = "123456789";  // CRC32C e3069283 (RFC 3720, appendix B.4)
  EXPECT_EQ(masked_crc32c(std::as_bytes(std::span(digits))), std::rotr(0xe3069283U, 15) + 0xa282ead8U);
}

TEST(EventFile, RecordFramesLengthAndData) {
  const std::string record = tf_record("abc");
  ASSERT_EQ(record.size(), 8U + 4 + 3 + 4);
  std::uint64_t length = 0;
  std::memcpy(&length, record.data(), 8);
  EXPECT_EQ(length, 3U);
  EXPECT_EQ(record.substr(12, 3), "abc");
}

TEST(EventFile, ScalarEventIsTheProtobufByHand) {
  // Event {1: wall_time = 0, 2: step = 300, 5: Summary {1: Value {1: "a", 2: 1.0f}}}
  const std::string expected(
      "\x09\0\0\0\0\0\0\0\0\x10\xac\x02\x2a\x0a\x0a\x08\x0a\x01"
      "a\x15\0\0\x80\x3f",
      24);
  const std::string record = scalar_event(0, 300, {{"a", 1.0}});
  EXPECT_EQ(record.substr(12, record.size() - 16), expected);
}

}  // namespace
}  // namespace jetvit
