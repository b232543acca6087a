#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "compute/stored_float.h"
#include "ops/lanes.h"

// Vectors of numbers that memory holds as float32 or bfloat16 (compute/stored_float.h), at any address.
namespace jetvit {
namespace lanes_detail {

// The bits of the lanes of a register, and of its numbers in bfloat16.
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
JETVIT_ALWAYS_INLINE void bfloat16_to_float(const at::BFloat16* memory, V& to) {
  using Words = typename Bits<V>::Words;
  using Shorts = typename Bits<V>::Shorts;
  const Shorts shorts = reinterpret_cast<const Unaligned<Shorts>*>(memory)->values;
  to = reinterpret_cast<V>(__builtin_convertvector(shorts, Words) << 16);
}

template <class V>
JETVIT_ALWAYS_INLINE void float_to_bfloat16(const V& values, at::BFloat16* memory) {
  using Words = typename Bits<V>::Words;
  using Shorts = typename Bits<V>::Shorts;
  auto bits = reinterpret_cast<Words>(values);
  round_to_bfloat16(bits);
  reinterpret_cast<Unaligned<Shorts>*>(memory)->values = __builtin_convertvector(bits, Shorts);
}

}  // namespace lanes_detail

JETVIT_ALWAYS_INLINE void load(const at::BFloat16* memory, Vector& to) {
  lanes_detail::bfloat16_to_float(memory, to);
}
JETVIT_ALWAYS_INLINE void load(const at::BFloat16* memory, VectorPair& to) {
  lanes_detail::bfloat16_to_float(memory, to.low);
  lanes_detail::bfloat16_to_float(memory + kLanes / 2, to.high);
}
JETVIT_ALWAYS_INLINE void store(const Vector& values, at::BFloat16* memory) {
  lanes_detail::float_to_bfloat16(values, memory);
}
JETVIT_ALWAYS_INLINE void store(const VectorPair& values, at::BFloat16* memory) {
  lanes_detail::float_to_bfloat16(values.low, memory);
  lanes_detail::float_to_bfloat16(values.high, memory + kLanes / 2);
}

}  // namespace jetvit
