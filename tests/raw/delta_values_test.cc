// Parquet's encodings of differences: the examples of its specification (Encodings.md), and damage.
#include "raw/delta_values.h"

#include <string>

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace jetvit {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes out;
  for (const int value : values) out.push_back(static_cast<std::byte>(value));
  return out;
}

std::vector<std::int64_t> decode(const Bytes& bytes, std::size_t count, std::size_t left = 0) {
  std::span<const std::byte> rest = bytes;
  std::vector<std::int64_t> out = take_delta_values(rest, count);
  EXPECT_EQ(rest.size(), left);
  return out;
}

// Blocks of 128 in 4 miniblocks; 1 2 3 4 5: the least difference is 1, all others are 0 more.
const Bytes kRising = bytes_of({0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0});
// 7 5 3 1 2 3 4 5: the least difference is -2, the others are 0 0 0 3 3 3 3 more, in 2 bits each.
const Bytes kFalling = bytes_of({0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0b11000000, 0b00111111, 0, 0, 0, 0, 0, 0});

TEST(DeltaValues, ExamplesOfTheSpecification) {
  EXPECT_EQ(decode(kRising, 5), (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(decode(kFalling, 8), (std::vector<std::int64_t>{7, 5, 3, 1, 2, 3, 4, 5}));
  Bytes more = kFalling;
  more.push_back(std::byte{42});
  EXPECT_EQ(decode(more, 8, 1).back(), 5) << "what follows the last miniblock stays";
  EXPECT_EQ(decode(bytes_of({0x80, 1, 4, 1, 3}), 1), std::vector<std::int64_t>{-2});
}

TEST(DeltaValues, DamageIsRefused) {
  for (std::size_t size = 0; size < kFalling.size(); ++size) {
    EXPECT_ERROR(decode(Bytes(kFalling.begin(), kFalling.begin() + static_cast<std::ptrdiff_t>(size)), 8), Error,
                 "cut short");
  }
  EXPECT_ERROR(decode(kFalling, 9), Error, "a page holds fewer values than it states");
  for (const Bytes& header : {bytes_of({0, 4, 8, 14}), bytes_of({0x80, 1, 0, 8, 14}), bytes_of({0x80, 1, 3, 8, 14}),
                              bytes_of({0x0c, 4, 8, 14}), bytes_of({0xff, 0xff, 0xff, 0x7f, 1, 8, 14})}) {
    EXPECT_ERROR(decode(header, 8), Error, "impossible blocks");
  }
  Bytes wide = kFalling;
  wide[6] = std::byte{65};
  EXPECT_ERROR(decode(wide, 8), Error, "impossible bit width");
  EXPECT_ERROR(decode(Bytes(20, std::byte{0xff}), 8), Error, "overlong number");
}

// "axis", "axle", "babble": the prefixes are 0 2 0, the rest follows. Here of one length, as fixed-size columns have.
TEST(DeltaByteArrays, RepeatTheBytesOfTheValueBefore) {
  Bytes page = bytes_of({0x80, 1, 4, 3, 0, 3, 3, 0, 0, 0});  // prefixes 0 2 0: differences 2 -2, least -2, then 4 0
  const auto packed = bytes_of({0b00000100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  page.insert(page.end(), packed.begin(), packed.end());
  const Bytes suffixes = bytes_of({0x80, 1, 4, 3, 8, 3, 3, 0, 0, 0, 0b00100000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  page.insert(page.end(), suffixes.begin(), suffixes.end());  // 4 2 4: differences -2 2, least -2, then 0 4
  for (const char letter : std::string("axislebabb")) page.push_back(static_cast<std::byte>(letter));
  const std::vector<std::byte> out = delta_byte_arrays(page, 4, 3);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(out.data()), out.size()), "axisaxlebabb");
  EXPECT_ERROR(delta_byte_arrays(page, 5, 3), Error, "another length");
  page.pop_back();
  EXPECT_ERROR(delta_byte_arrays(page, 4, 3), Error, "cut short");
}

}  // namespace
}  // namespace jetvit
