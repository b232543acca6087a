#include "load/plane_values.h"

#include <cmath>
#include <limits>

#include "compute/vector_math.h"

namespace jetvit {
namespace {

template <PixelFunction function>
JETVIT_ALWAYS_INLINE float odd(float value) {
  if constexpr (function == PixelFunction::kSqrt) return std::copysign(std::sqrt(std::abs(value)), value);
  if constexpr (function == PixelFunction::kLog1p) return std::copysign(vector_log1p(std::abs(value)), value);
  return value;
}

// Plane::apply without branches.
template <PixelFunction function>
JETVIT_ALWAYS_INLINE void show_as(const Plane& plane, const float* values, std::size_t count, float* out) {
  const float sign = plane.part == Part::kNegative ? -1.0F : 1.0F;
  const float floor = plane.part == Part::kAll ? -std::numeric_limits<float>::infinity() : 0.0F;
  const float low = plane.clip_low;
  const float high = plane.clip_high;
  const float scale = plane.scale;
  const auto shown = [=](float value) __attribute__((always_inline)) {
    value *= sign;
    value = value < floor ? floor : value;
    value = value < low ? low : value;
    return odd<function>(value > high ? high : value);
  };
  const float empty = shown(0);
  JETVIT_INDEPENDENT_ITERATIONS
  for (std::size_t i = 0; i < count; ++i) out[i] = scale * (shown(values[i]) - empty);
}

JETVIT_VECTOR_CLONES void show_identity(const Plane& plane, const float* values, std::size_t count, float* out) {
  show_as<PixelFunction::kIdentity>(plane, values, count, out);
}

JETVIT_VECTOR_CLONES void show_sqrt(const Plane& plane, const float* values, std::size_t count, float* out) {
  show_as<PixelFunction::kSqrt>(plane, values, count, out);
}

JETVIT_VECTOR_CLONES void show_log1p(const Plane& plane, const float* values, std::size_t count, float* out) {
  show_as<PixelFunction::kLog1p>(plane, values, count, out);
}

}  // namespace

void show_values(const Plane& plane, std::span<const float> values, float* out) {
  switch (plane.function) {
    case PixelFunction::kIdentity:
      return show_identity(plane, values.data(), values.size(), out);
    case PixelFunction::kSqrt:
      return show_sqrt(plane, values.data(), values.size(), out);
    case PixelFunction::kLog1p:
      return show_log1p(plane, values.data(), values.size(), out);
  }
}

}  // namespace jetvit
