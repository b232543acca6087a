#include "base/checksum.h"

#include <string_view>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

// The check value of CRC-64/XZ in the catalogue of parametrised CRC algorithms (G. Cook).
TEST(Checksum, IsThatOfTheCatalogue) {
  constexpr std::string_view kDigits = "123456789";
  Checksum whole, pieces;
  whole.add(std::as_bytes(std::span(kDigits)));
  for (const char digit : kDigits) pieces.add(std::as_bytes(std::span(&digit, 1)));
  EXPECT_EQ(whole.hex(), "995dc9bbdf1939fa");
  EXPECT_EQ(pieces.hex(), whole.hex());
  EXPECT_EQ(Checksum().hex(), "0000000000000000");
}

}  // namespace
}  // namespace jetvit
