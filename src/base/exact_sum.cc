#include "base/exact_sum.h"

#include <bit>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

void ExactSum::add(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t exponent = (bits >> 23) & 0xff;
  // Subnormals share the scale of exponent 1 and lack the implicit bit.
  const std::uint32_t bin = exponent == 0 ? 1 : exponent;
  const std::int64_t significand = (bits & 0x7fffff) | (exponent == 0 ? 0 : 0x800000);
  sum_[bin] += (bits >> 31) != 0 ? -significand : significand;
  squares_[bin] += static_cast<Wide>(significand) * static_cast<Wide>(significand);
}

void ExactSum::merge(const ExactSum& other) {
  for (const Bin& bin : other.bins()) add(bin);
}

std::vector<ExactSum::Bin> ExactSum::bins() const {
  std::vector<Bin> out;
  for (int bin = 0; bin < kExponents; ++bin) {
    if (sum_[bin] == 0 && squares_[bin] == 0) continue;
    out.push_back(
        {bin, sum_[bin], static_cast<std::uint64_t>(squares_[bin] >> 64), static_cast<std::uint64_t>(squares_[bin])});
  }
  return out;
}

void ExactSum::add(const Bin& bin) {
  if (bin.exponent < 0 || bin.exponent >= kExponents)
    throw Error(text("exponent ", bin.exponent, " of a sum is out of range"));
  // Unsigned arithmetic, because damaged input may overflow.
  sum_[bin.exponent] =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(sum_[bin.exponent]) + static_cast<std::uint64_t>(bin.sum));
  squares_[bin.exponent] += static_cast<Wide>(bin.squares_high) << 64 | bin.squares_low;
}

// The bins are exact and do not depend on the order. They are rounded here in a fixed order, from small to large.
double ExactSum::sum() const {
  long double total = 0;
  for (int bin = 0; bin < kExponents; ++bin) total += std::ldexp(static_cast<long double>(sum_[bin]), bin - 150);
  return static_cast<double>(total);
}

double ExactSum::sum_of_squares() const {
  long double total = 0;
  for (int bin = 0; bin < kExponents; ++bin)
    total += std::ldexp(static_cast<long double>(squares_[bin]), 2 * (bin - 150));
  return static_cast<double>(total);
}

}  // namespace jetvit
