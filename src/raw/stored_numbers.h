#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace jetvit {

// The value of an IEEE half-precision number.
float half_to_float(std::uint16_t half);

// unscaled / 10^scale, rounded correctly.
double decimal_value(std::int64_t unscaled, int scale);

// The same for a big-endian integer in two's complement, of 1 to 32 bytes.
double decimal_value(std::span<const std::byte> unscaled, int scale);

// A big-endian integer in two's complement. Throws Error if it does not fit 64 bits.
std::int64_t big_endian_integer(std::span<const std::byte> bytes);

}  // namespace jetvit
