#pragma once

#include <bit>
#include <cstdint>

#include <ATen/core/Tensor.h>

#include "compute/vector_math.h"

// The two types in which kernels store numbers, float32 and bfloat16. They compute in float32.
namespace jetvit {

inline bool is_stored_float(at::ScalarType type) {
  return type == at::kFloat || type == at::kBFloat16;
}

JETVIT_ALWAYS_INLINE float to_float(float value) {
  return value;
}

JETVIT_ALWAYS_INLINE float to_float(at::BFloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.x) << 16);
}

JETVIT_ALWAYS_INLINE void store(float value, float& to) {
  to = value;
}

// Converts the bits of a float, or of a vector of floats, to those of a bfloat16: to nearest, ties to even, like ATen's
// conversion. NaN becomes the quiet NaN 0x7fc0.
template <class Bits>
JETVIT_ALWAYS_INLINE void round_to_bfloat16(Bits& bits) {
  const Bits rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  bits = (bits & 0x7fffffff) > 0x7f800000 ? Bits{} + 0x7fc0 : rounded;
}

JETVIT_ALWAYS_INLINE void store(float value, at::BFloat16& to) {
  auto bits = std::bit_cast<std::uint32_t>(value);
  round_to_bfloat16(bits);
  to.x = static_cast<std::uint16_t>(bits);
}

// Calls body(T()) with the element type T of x, float or at::BFloat16.
template <class Body>
void with_stored_type(const at::Tensor& x, Body body) {
  if (x.scalar_type() == at::kBFloat16) {
    body(at::BFloat16());
  } else {
    body(float());
  }
}

}  // namespace jetvit
