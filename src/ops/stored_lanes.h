#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "ops/lanes.h"
#include "ops/stored_float.h"

// Vectors in memory as in ops/stored_float.h, float32 or bfloat16, at any address.
namespace jetvit {
namespace lanes_detail {

// The bits of the lanes of a register, and those of its numbers in bfloat16.
template <class V>
struct Bits;
template <>
struct Bits<Vector> {
  using Words __attribute__((vector_size(kLanes * sizeof(std::uint32_t)))) = std::uint32_t;
  using Shorts __attribute__((vector_size(kLanes * sizeof(std::uint16_t)))) = std::uint16_t;
};
template <>
struct Bits<HalfVector> {
  using Words __attribute__((vector_size(kLanes / 2 * sizeof(std::uint32_t)))) = std::uint32_t;
  using Shorts __attribute__((vector_size(kLanes / 2 * sizeof(std::uint16_t)))) = std::uint16_t;
};

template <class V>
JETVIT_ALWAYS_INLINE void widen(const at::BFloat16* at, V& to) {
  using Words = typename Bits<V>::Words;
  using Shorts = typename Bits<V>::Shorts;
  const Shorts shorts = reinterpret_cast<const Unaligned<Shorts>*>(at)->values;
  to = reinterpret_cast<V>(__builtin_convertvector(shorts, Words) << 16);
}

template <class V>
JETVIT_ALWAYS_INLINE void narrow(const V& values, at::BFloat16* at) {
  using Words = typename Bits<V>::Words;
  using Shorts = typename Bits<V>::Shorts;
  auto bits = reinterpret_cast<Words>(values);
  round_to_bfloat16(bits);
  reinterpret_cast<Unaligned<Shorts>*>(at)->values = __builtin_convertvector(bits, Shorts);
}

}  // namespace lanes_detail

JETVIT_ALWAYS_INLINE void load(const at::BFloat16* at, Vector& to) {
  lanes_detail::widen(at, to);
}
JETVIT_ALWAYS_INLINE void load(const at::BFloat16* at, VectorPair& to) {
  lanes_detail::widen(at, to.low);
  lanes_detail::widen(at + kLanes / 2, to.high);
}
JETVIT_ALWAYS_INLINE void store(const Vector& values, at::BFloat16* at) {
  lanes_detail::narrow(values, at);
}
JETVIT_ALWAYS_INLINE void store(const VectorPair& values, at::BFloat16* at) {
  lanes_detail::narrow(values.low, at);
  lanes_detail::narrow(values.high, at + kLanes / 2);
}

}  // namespace jetvit
