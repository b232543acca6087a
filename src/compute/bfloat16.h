#pragma once

#include <cstddef>
#include <cstdint>

namespace jetvit {

// Rounds `count` values to bfloat16: to nearest, ties to even, like ATen's conversion. NaN becomes the quiet NaN
// 0x7fc0.
void round_to_bfloat16(const float* values, std::size_t count, std::uint16_t* out);

}  // namespace jetvit
