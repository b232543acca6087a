#pragma once

#include <cstddef>

#include <ATen/core/Tensor.h>

#include "ops/activation.h"

namespace jetvit {

// y[i] = activation(x[i]) for `count` values, computed in float32, on the calling thread. y may be x.
void activate_values(Activation activation, const float* x, float* y, std::size_t count);
void activate_values(Activation activation, const at::BFloat16* x, at::BFloat16* y, std::size_t count);

}  // namespace jetvit
