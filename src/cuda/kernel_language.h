#pragma once

// What the kernels of this folder need besides CUDA's language. Each *.cuh with kernels compiles with nvcc, and on
// the host after an emulator of that language.

#ifdef __CUDACC__
#define JETVIT_DYNAMIC_SHARED(type, name)                               \
  extern __shared__ __align__(16) unsigned char jetvit_shared_memory[]; \
  type* name = reinterpret_cast<type*>(jetvit_shared_memory)
#endif

namespace jetvit {

constexpr int kWarp = 32;  // threads

// Of the values of a warp's threads, for each of them.
__device__ inline float warp_sum(float value) {
  for (unsigned lanes = kWarp / 2; lanes > 0; lanes /= 2) value += __shfl_xor_sync(0xffffffffU, value, lanes);
  return value;
}

__device__ inline float warp_maximum(float value) {
  for (unsigned lanes = kWarp / 2; lanes > 0; lanes /= 2) {
    const float other = __shfl_xor_sync(0xffffffffU, value, lanes);
    value = other > value ? other : value;
  }
  return value;
}

}  // namespace jetvit
