// Decimals against the standard library's conversion of their digits, and the limits of what fits.
#include "raw/stored_numbers.h"

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace jetvit {
namespace {

std::vector<std::byte> big_endian(std::int64_t value, std::size_t width) {
  std::vector<std::byte> out(width, value < 0 ? std::byte{0xff} : std::byte{0});
  for (std::size_t place = 0; place < std::min<std::size_t>(8, width); ++place) {
    out[width - 1 - place] = static_cast<std::byte>(value >> (8 * place));
  }
  return out;
}

// strtod rounds correctly.
double expected(std::int64_t unscaled, int scale) {
  return std::strtod((std::to_string(unscaled) + "e-" + std::to_string(scale)).c_str(), nullptr);
}

TEST(Decimals, AreRoundedOnce) {
  std::mt19937_64 random(1);
  for (int number = 0; number < 20000; ++number) {
    const auto unscaled = static_cast<std::int64_t>(random()) >> (random() % 64);
    const int scale = static_cast<int>(random() % 39);
    EXPECT_EQ(decimal_value(unscaled, scale), expected(unscaled, scale)) << unscaled << "e-" << scale;
    for (const std::size_t width : {8U, 9U, 16U, 32U}) {
      EXPECT_EQ(decimal_value(big_endian(unscaled, width), scale), expected(unscaled, scale)) << unscaled;
      EXPECT_EQ(big_endian_integer(big_endian(unscaled, width)), unscaled);
    }
  }
}

TEST(Decimals, OfManyBytes) {
  std::vector<std::byte> power(32);  // 2^248
  power[0] = std::byte{1};
  EXPECT_EQ(decimal_value(power, 0), std::ldexp(1.0, 248));
  std::vector<std::byte> least(32);  // -2^255
  least[0] = std::byte{0x80};
  EXPECT_EQ(decimal_value(least, 0), -std::ldexp(1.0, 255));
  EXPECT_ERROR(big_endian_integer(power), Error, "exceeds its precision");
  EXPECT_ERROR(big_endian_integer(least), Error, "exceeds its precision");
  std::vector<std::byte> beyond(9);  // 2^63
  beyond[1] = std::byte{0x80};
  EXPECT_ERROR(big_endian_integer(beyond), Error, "exceeds its precision");
  EXPECT_EQ(big_endian_integer(std::vector<std::byte>{std::byte{0xfe}}), -2);
}

TEST(HalfFloats, KnownValues) {
  EXPECT_EQ(half_to_float(0x3c00), 1);
  EXPECT_EQ(half_to_float(0xc000), -2);
  EXPECT_EQ(half_to_float(0x7bff), 65504);
  EXPECT_EQ(half_to_float(0x0001), std::ldexp(1.0F, -24));
  EXPECT_EQ(half_to_float(0x0400), std::ldexp(1.0F, -14));
  EXPECT_TRUE(std::isinf(half_to_float(0xfc00)) && std::isnan(half_to_float(0x7e00)));
  EXPECT_TRUE(std::signbit(half_to_float(0x8000)));
}

}  // namespace
}  // namespace jetvit
