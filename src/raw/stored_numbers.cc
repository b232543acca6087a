#include "raw/stored_numbers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

// The digits of a big-endian number without sign.
std::string decimal_digits(std::vector<std::uint8_t> number) {
  std::string digits;
  while (std::any_of(number.begin(), number.end(), [](std::uint8_t byte) { return byte != 0; })) {
    unsigned rest = 0;
    for (std::uint8_t& byte : number) {
      const unsigned part = rest * 256 + byte;
      byte = static_cast<std::uint8_t>(part / 10);
      rest = part % 10;
    }
    digits.push_back(static_cast<char>('0' + rest));
  }
  std::reverse(digits.begin(), digits.end());
  return digits.empty() ? "0" : digits;
}

double parse_decimal(const std::string& digits, int scale) {
  const std::string word = text(digits, "e-", scale);
  double value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value);
  return value;
}

}  // namespace

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1f;
  const std::uint32_t fraction = half & 0x3ff;
  if (exponent == 0) {  // zero and subnormal numbers
    const float magnitude = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t widened = exponent == 0x1f ? 0xff : exponent + 112;
  return std::bit_cast<float>(sign | widened << 23 | fraction << 13);
}

double decimal_value(std::int64_t unscaled, int scale) {
  constexpr std::array kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  // Both are exact doubles, so that the quotient is rounded once.
  if (scale < std::ssize(kPowers) && unscaled >= -kExact && unscaled <= kExact) {
    return static_cast<double>(unscaled) / kPowers[static_cast<std::size_t>(scale)];
  }
  return parse_decimal(text(unscaled), scale);
}

double decimal_value(std::span<const std::byte> unscaled, int scale) {
  std::vector<std::uint8_t> number;
  for (const std::byte byte : unscaled) number.push_back(static_cast<std::uint8_t>(byte));
  const bool is_negative = !number.empty() && (number[0] & 0x80) != 0;
  if (is_negative) {  // its magnitude
    unsigned carry = 1;
    for (std::size_t place = number.size(); place-- > 0;) {
      carry += static_cast<std::uint8_t>(~number[place]);
      number[place] = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
  }
  const double magnitude = parse_decimal(decimal_digits(std::move(number)), scale);
  return is_negative ? -magnitude : magnitude;
}

std::int64_t big_endian_integer(std::span<const std::byte> bytes) {
  const bool is_negative = !bytes.empty() && (bytes[0] & std::byte{0x80}) != std::byte{0};
  const std::byte sign = is_negative ? std::byte{0xff} : std::byte{0};
  std::uint64_t value = is_negative ? ~std::uint64_t{0} : 0;
  for (std::size_t place = 0; place < bytes.size(); ++place) {
    if (place + 8 < bytes.size() && bytes[place] != sign) throw Error("a decimal exceeds its precision");
    value = value << 8 | static_cast<std::uint64_t>(bytes[place]);
  }
  if ((static_cast<std::int64_t>(value) < 0) != is_negative) throw Error("a decimal exceeds its precision");
  return static_cast<std::int64_t>(value);
}

}  // namespace jetvit
