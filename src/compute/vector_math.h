#pragma once

#include <bit>
#include <cstdint>
#include <limits>

// Also compiles a function for processors with AVX-512 and with AVX2 and FMA. The version is chosen at program start.
#if defined(__x86_64__) && !defined(JETVIT_NO_MULTIVERSIONING)
#define JETVIT_VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define JETVIT_VECTOR_CLONES
#endif
// Before a loop: states that its iterations do not depend on each other through memory.
#if defined(__clang__)
#define JETVIT_INDEPENDENT_ITERATIONS _Pragma("clang loop vectorize(assume_safety)")
#else
#define JETVIT_INDEPENDENT_ITERATIONS _Pragma("GCC ivdep")
#endif
#define JETVIT_ALWAYS_INLINE inline __attribute__((always_inline))

namespace jetvit {

// exp(x) within 2 units in the last place for x between -87 and 88; x is clamped to this range. Without branches, so
// that loops over it are vectorized. Range reduction and polynomial as in Cephes' expf (Moshier).
JETVIT_ALWAYS_INLINE float vector_exp(float x) {
  constexpr float kLargest = 88.0F;
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to integers
  x = x > kLargest ? kLargest : x;
  x = x < -87.0F ? -87.0F : x;
  const float shifted = x * 1.44269504F + kRound;
  const float rounded = shifted - kRound;
  const float rest = (x - rounded * 0.693359375F) + rounded * 2.12194440e-4F;
  float series = 1.9875691500e-4F;
  series = series * rest + 1.3981999507e-3F;
  series = series * rest + 8.3334519073e-3F;
  series = series * rest + 4.1665795894e-2F;
  series = series * rest + 1.6666665459e-1F;
  series = series * rest + 5.0000001201e-1F;
  const float mantissa = series * rest * rest + rest + 1.0F;
  const std::int32_t power = (std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(kRound) + 127) << 23;
  return mantissa * std::bit_cast<float>(power);
}

// log(1 + x) within 2 units in the last place for x >= 0, also without branches. Infinity and NaN are returned
// unchanged. Polynomial as in Cephes' logf (Moshier); the part of x that is lost in 1 + x is added back as in fdlibm.
JETVIT_ALWAYS_INLINE float vector_log1p(float x) {
  const float sum = 1.0F + x;
  const float lost = (x - (sum - 1.0F)) / sum;
  // sum = 2^power (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
  const std::int32_t bits = std::bit_cast<std::int32_t>(sum);
  const std::int32_t power = (bits - 0x3f3504f3) >> 23;
  const float f = std::bit_cast<float>(bits - (power << 23)) - 1.0F;
  const float k = static_cast<float>(power);
  const float square = f * f;
  float series = 7.0376836292e-2F;
  series = series * f - 1.1514610310e-1F;
  series = series * f + 1.1676998740e-1F;
  series = series * f - 1.2420140846e-1F;
  series = series * f + 1.4249322787e-1F;
  series = series * f - 1.6668057665e-1F;
  series = series * f + 2.0000714765e-1F;
  series = series * f - 2.4999993993e-1F;
  series = series * f + 3.3333331174e-1F;
  const float rest = series * f * square - 0.5F * square + (lost - k * 2.12194440e-4F);
  const float result = f + rest + k * 0.693359375F;
  return x <= std::numeric_limits<float>::max() ? result : x;
}

JETVIT_ALWAYS_INLINE float vector_sigmoid(float x) {
  return 1.0F / (1.0F + vector_exp(-x));
}

}  // namespace jetvit
