#include "ops/bfloat16.h"

#include <bit>

#include "ops/vector_math.h"

namespace jetvit {

JETVIT_VECTOR_CLONES
void round_to_bfloat16(const float* values, std::size_t count, std::uint16_t* out) {
  JETVIT_INDEPENDENT_TURNS
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(values[i]);
    const std::uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    const bool is_nan = (bits & 0x7fffffff) > 0x7f800000;
    out[i] = static_cast<std::uint16_t>(is_nan ? 0x7fc0 : rounded);
  }
}

}  // namespace jetvit
