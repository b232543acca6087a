#pragma once

#include <cstdint>

#include "cuda/kernel_language.h"

namespace jetvit {

// Adds up what blocks summed by themselves: sums (parts, count) to out (count), in order, so that a result never
// depends on which block ended first. A thread for each sum.
__global__ void sum_parts(const float* sums, float* out, std::int64_t parts, std::int64_t count) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= count) return;
  float sum = 0;
  for (std::int64_t part = 0; part < parts; ++part) sum += sums[part * count + i];
  out[i] = sum;
}

}  // namespace jetvit
