#pragma once

#include <bit>
#include <cstdint>

// Compiles a function for processors with AVX2 and FMA too, chosen when the program starts.
#if defined(__x86_64__) && !defined(JETVIT_NO_MULTIVERSIONING)
#define JETVIT_VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define JETVIT_VECTOR_CLONES
#endif
// In front of a loop: its turns do not depend on each other through memory.
#if defined(__clang__)
#define JETVIT_INDEPENDENT_TURNS _Pragma("clang loop vectorize(assume_safety)")
#else
#define JETVIT_INDEPENDENT_TURNS _Pragma("GCC ivdep")
#endif
#define JETVIT_ALWAYS_INLINE inline __attribute__((always_inline))

namespace jetvit {

// exp(x) within 2 units in the last place for x between -87 and 88, held at the ends beyond; no branches, so that loops
// over it are vectorised. Range reduction and polynomial as in Cephes' expf (Moshier).
JETVIT_ALWAYS_INLINE float vector_exp(float x) {
  constexpr float kLargest = 88.0F;
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to whole numbers
  x = x > kLargest ? kLargest : x;
  x = x < -87.0F ? -87.0F : x;
  const float shifted = x * 1.44269504F + kRound;
  const float whole = shifted - kRound;
  const float rest = (x - whole * 0.693359375F) + whole * 2.12194440e-4F;
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

JETVIT_ALWAYS_INLINE float vector_sigmoid(float x) {
  return 1.0F / (1.0F + vector_exp(-x));
}

}  // namespace jetvit
