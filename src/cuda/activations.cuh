#pragma once

#include <cmath>

#include "cuda/kernel_language.h"

// The activations of ops/activation.h and their slopes, in float32.
namespace jetvit {

struct SiluOnGpu {
  __device__ static float value(float z) { return z / (1 + expf(-z)); }
  __device__ static float slope(float z) {
    const float share = 1 / (1 + expf(-z));
    return share * (1 + z * (1 - share));
  }
};

struct GeluOnGpu {
  static constexpr float kRootOfHalf = 0.70710678F;
  static constexpr float kDensityAtZero = 0.39894228F;  // of the normal distribution: 1 / sqrt(2 pi)
  __device__ static float value(float z) { return 0.5F * z * (1 + erff(z * kRootOfHalf)); }
  __device__ static float slope(float z) {
    return 0.5F * (1 + erff(z * kRootOfHalf)) + z * kDensityAtZero * expf(-0.5F * z * z);
  }
};

struct GeluTanhOnGpu {
  static constexpr float kRate = 0.79788456F;  // sqrt(2 / pi)
  static constexpr float kCube = 0.044715F;
  __device__ static float value(float z) { return 0.5F * z * (1 + tanhf(kRate * (z + kCube * z * z * z))); }
  __device__ static float slope(float z) {
    const float t = tanhf(kRate * (z + kCube * z * z * z));
    return 0.5F * (1 + t) + 0.5F * z * (1 - t * t) * kRate * (1 + 3 * kCube * z * z);
  }
};

}  // namespace jetvit
