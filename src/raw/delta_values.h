#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// Decodes `count` integers in Parquet's encoding DELTA_BINARY_PACKED and advances `bytes` past them. Sums wrap around
// at 64 bits; those of 32-bit columns are right in their lower half. Throws Error if the bytes end too early, state
// fewer values or are damaged.
std::vector<std::int64_t> take_delta_values(std::span<const std::byte>& bytes, std::size_t count);

// Decodes `count` values of `width` bytes each in the encoding DELTA_BYTE_ARRAY (each value repeats the first bytes of
// the one before) and returns them one after the other. Throws Error on damage and for values of another length.
std::vector<std::byte> delta_byte_arrays(std::span<const std::byte> bytes, std::size_t width, std::size_t count);

}  // namespace jetvit
