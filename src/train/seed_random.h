#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace jetvit {

inline constexpr std::int64_t kInitialization = -1;  // the epoch in which a model's weights are drawn, at step 0

// Seeds ATen's generator of a device for one step, so that dropout and stochastic depth need no saved state. Weights
// are drawn on the CPU (model/layers/init.h). part: of the batch, where it has several.
void seed_random(std::int64_t seed, std::int64_t epoch, std::int64_t step, at::Device device = at::kCPU, int part = 0);

}  // namespace jetvit
