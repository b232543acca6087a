#pragma once

#include "compute/vector_math.h"

// Activations and their derivatives for loops that the compiler vectorizes; the formulas are those of ops/activation.h.
namespace jetvit::vector {

struct Silu {
  static JETVIT_ALWAYS_INLINE float value(float x) { return x * vector_sigmoid(x); }
  static JETVIT_ALWAYS_INLINE float slope(float x) {
    const float sigmoid = vector_sigmoid(x);
    return sigmoid * (1.0F + x * (1.0F - sigmoid));
  }
};

// (1 + tanh(u)) / 2 = sigmoid(2 u) with 2 u = sqrt(8 / pi) (x + 0.044715 x^3).
struct GeluTanh {
  static constexpr float kScale = 1.5957691216F;
  static constexpr float kCubic = 0.044715F;

  static JETVIT_ALWAYS_INLINE float value(float x) { return x * vector_sigmoid(kScale * x * (1.0F + kCubic * x * x)); }
  static JETVIT_ALWAYS_INLINE float slope(float x) {
    const float square = x * x;
    const float sigmoid = vector_sigmoid(kScale * x * (1.0F + kCubic * square));
    return sigmoid + x * sigmoid * (1.0F - sigmoid) * kScale * (1.0F + 3.0F * kCubic * square);
  }
};

// Phi(x) = erfc(-x / sqrt(2)) / 2 by Abramowitz and Stegun 7.1.26, within 1e-7.
struct Gelu {
  struct Normal {
    float distribution, density;  // Phi(x) and its derivative
  };

  static JETVIT_ALWAYS_INLINE Normal normal(float x) {
    const float size = x < 0.0F ? -x : x;
    const float bell = vector_exp(-0.5F * x * x);
    const float t = 1.0F / (1.0F + 0.3275911F * 0.70710678F * size);
    float series = 1.061405429F;
    series = series * t - 1.453152027F;
    series = series * t + 1.421413741F;
    series = series * t - 0.284496736F;
    series = series * t + 0.254829592F;
    const float tail = 0.5F * series * t * bell;
    return {x < 0.0F ? tail : 1.0F - tail, 0.39894228F * bell};
  }
  static JETVIT_ALWAYS_INLINE float value(float x) { return x * normal(x).distribution; }
  static JETVIT_ALWAYS_INLINE float slope(float x) {
    const Normal at_x = normal(x);
    return at_x.distribution + x * at_x.density;
  }
};

}  // namespace jetvit::vector
