#include "base/exact_sum.h"

#include <bit>
#include <cmath>

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
  for (int bin = 0; bin < kExponents; ++bin) {
    sum_[bin] += other.sum_[bin];
    squares_[bin] += other.squares_[bin];
  }
}

// The bins are exact and independent of the order; one fixed order of rounding from the small to the large follows.
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
