#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "ops/lanes.h"
#include "ops/stored_float.h"

// Vectors in memory as in ops/stored_float.h, float32 or bfloat16, at any address.
namespace jetvit {
namespace lanes_detail {

using Words __attribute__((vector_size(kLanes * sizeof(std::uint32_t)))) = std::uint32_t;
using Halves __attribute__((vector_size(kLanes * sizeof(std::uint16_t)))) = std::uint16_t;

struct __attribute__((packed, may_alias)) StoredHalves {
  Halves values;
};

}  // namespace lanes_detail

JETVIT_ALWAYS_INLINE void load(const float* at, Vector& to) {
  to = lanes(at).values;
}

JETVIT_ALWAYS_INLINE void load(const at::BFloat16* at, Vector& to) {
  const lanes_detail::Halves halves = reinterpret_cast<const lanes_detail::StoredHalves*>(at)->values;
  to = reinterpret_cast<Vector>(__builtin_convertvector(halves, lanes_detail::Words) << 16);
}

JETVIT_ALWAYS_INLINE void store(const Vector& values, float* at) {
  lanes(at).values = values;
}

JETVIT_ALWAYS_INLINE void store(const Vector& values, at::BFloat16* at) {
  auto bits = reinterpret_cast<lanes_detail::Words>(values);
  round_to_bfloat16(bits);
  reinterpret_cast<lanes_detail::StoredHalves*>(at)->values = __builtin_convertvector(bits, lanes_detail::Halves);
}

}  // namespace jetvit
