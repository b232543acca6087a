#pragma once

#include <cstdint>

namespace jetvit {

inline constexpr std::int64_t kInitialization = -1;  // the epoch in which a model's weights are drawn, at step 0

// Seeds ATen's generator for one step, so that dropout and stochastic depth need no saved state.
void seed_random(std::int64_t seed, std::int64_t epoch, std::int64_t step);

}  // namespace jetvit
