#pragma once

#include <cstddef>
#include <cstdint>

namespace jetvit {

// Rounds to bfloat16: nearest, ties to even, as ATen's conversion does; NaN becomes the quiet NaN 0x7fc0.
void round_to_bfloat16(const float* values, std::size_t count, std::uint16_t* out);

}  // namespace jetvit
