#include "compute/bfloat16.h"

#include "compute/stored_float.h"
#include "compute/vector_math.h"

namespace jetvit {

JETVIT_VECTOR_CLONES
void round_to_bfloat16(const float* values, std::size_t count, std::uint16_t* out) {
  JETVIT_INDEPENDENT_ITERATIONS
  for (std::size_t i = 0; i < count; ++i) {
    at::BFloat16 rounded;
    store(values[i], rounded);
    out[i] = rounded.x;
  }
}

}  // namespace jetvit
