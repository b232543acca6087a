#include "ops/activate_values.h"

#include "compute/stored_float.h"
#include "ops/vector_activation.h"

namespace jetvit {
namespace {

struct ReluValue {
  static JETVIT_ALWAYS_INLINE float value(float x) { return x < 0.0F ? 0.0F : x; }
};

template <class F, class T>
JETVIT_ALWAYS_INLINE void activate_by(const T* x, T* y, std::size_t count) {
  JETVIT_INDEPENDENT_ITERATIONS
  for (std::size_t index = 0; index < count; ++index) store(F::value(to_float(x[index])), y[index]);
}

template <class T>
JETVIT_ALWAYS_INLINE void values_by(Activation activation, const T* x, T* y, std::size_t count) {
  if (activation == Activation::kRelu) activate_by<ReluValue>(x, y, count);
  if (activation == Activation::kSilu) activate_by<vector::Silu>(x, y, count);
  if (activation == Activation::kGelu) activate_by<vector::Gelu>(x, y, count);
  if (activation == Activation::kGeluTanh) activate_by<vector::GeluTanh>(x, y, count);
}

// Target clones cannot be templates.
JETVIT_VECTOR_CLONES void values(Activation activation, const float* x, float* y, std::size_t count) {
  values_by(activation, x, y, count);
}

JETVIT_VECTOR_CLONES void values(Activation activation, const at::BFloat16* x, at::BFloat16* y, std::size_t count) {
  values_by(activation, x, y, count);
}

}  // namespace

void activate_values(Activation activation, const float* x, float* y, std::size_t count) {
  values(activation, x, y, count);
}

void activate_values(Activation activation, const at::BFloat16* x, at::BFloat16* y, std::size_t count) {
  values(activation, x, y, count);
}

}  // namespace jetvit
