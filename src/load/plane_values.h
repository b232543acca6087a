#pragma once

#include <span>

#include "jet/input_transform.h"

namespace jetvit {

// Applies the function of a plane to pixel values, relative to an empty pixel: out[i] = plane(values[i]) - plane(0),
// computed without the plane's offset and its rounding. `out` has the size of `values`.
void show_values(const Plane& plane, std::span<const float> values, float* out);

}  // namespace jetvit
