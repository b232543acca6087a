#pragma once

#include <cstddef>
#include <cstdint>

#include <ATen/core/Tensor.h>

#include "ops/vector_math.h"

// Sixteen numbers side by side: one register of AVX-512, two of AVX2. Loads and stores at any address; bfloat16 as in
// ops/stored_float.h. To be inlined into functions with JETVIT_VECTOR_CLONES.
namespace jetvit::wide {

inline constexpr std::size_t kLanes = 16;
using Vector __attribute__((vector_size(kLanes * sizeof(float)))) = float;

namespace detail {

using Words __attribute__((vector_size(kLanes * sizeof(std::uint32_t)))) = std::uint32_t;
using Halves __attribute__((vector_size(kLanes * sizeof(std::uint16_t)))) = std::uint16_t;

template <class Lanes>
struct __attribute__((packed, may_alias)) Anywhere {
  Lanes lanes;
};

}  // namespace detail

JETVIT_ALWAYS_INLINE void load(const float* at, Vector& to) {
  to = reinterpret_cast<const detail::Anywhere<Vector>*>(at)->lanes;
}

JETVIT_ALWAYS_INLINE void load(const at::BFloat16* at, Vector& to) {
  const detail::Halves halves = reinterpret_cast<const detail::Anywhere<detail::Halves>*>(at)->lanes;
  to = reinterpret_cast<Vector>(__builtin_convertvector(halves, detail::Words) << 16);
}

JETVIT_ALWAYS_INLINE void store(const Vector& values, float* at) {
  reinterpret_cast<detail::Anywhere<Vector>*>(at)->lanes = values;
}

JETVIT_ALWAYS_INLINE void store(const Vector& values, at::BFloat16* at) {
  const auto bits = reinterpret_cast<detail::Words>(values);
  const detail::Words rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const auto is_nan = reinterpret_cast<detail::Words>((bits & 0x7fffffff) > 0x7f800000);
  const detail::Words kept = (is_nan & 0x7fc0) | (~is_nan & rounded);
  reinterpret_cast<detail::Anywhere<detail::Halves>*>(at)->lanes = __builtin_convertvector(kept, detail::Halves);
}

}  // namespace jetvit::wide
