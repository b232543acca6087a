#pragma once

#include <span>

#include "jet/input_transform.h"

namespace jetvit {

// What a plane shows of pixel values, as difference from what it shows of 0: out[i] = plane(values[i]) - plane(0), free
// of the plane's offset and its rounding. `out` has the size of `values`.
void show_values(const Plane& plane, std::span<const float> values, float* out);

}  // namespace jetvit
