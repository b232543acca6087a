#pragma once

#include <cuda_bf16.h>

#include "cuda/launch.h"

namespace jetvit::cuda {

// Calls call() with a value of the stored type.
template <class Call>
void with_type(Stored stored, const Call& call) {
  if (stored == Stored::kBfloat16) {
    call(__nv_bfloat16());
  } else {
    call(0.0F);
  }
}

inline unsigned blocks_for(std::int64_t work, std::int64_t of_block) {
  return static_cast<unsigned>((work + of_block - 1) / of_block);
}

}  // namespace jetvit::cuda
