#include "ops/bfloat16.h"

#include "ops/stored_float.h"
#include "ops/vector_math.h"

namespace jetvit {

JETVIT_VECTOR_CLONES
void round_to_bfloat16(const float* values, std::size_t count, std::uint16_t* out) {
  JETVIT_INDEPENDENT_TURNS
  for (std::size_t i = 0; i < count; ++i) {
    at::BFloat16 rounded;
    store(values[i], rounded);
    out[i] = rounded.x;
  }
}

}  // namespace jetvit
