#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace jetvit {

// Undoes the filters of the rows of a PNG (PNG specification, section 9). Each of the `rows` is one byte for its
// filter, then `row_bytes` bytes for pixels of `colors` (1 or 3) bytes each. Writes the rows without the filter byte to
// `pixels`. Throws Error if a row has an unknown filter.
void undo_filters(std::span<const std::uint8_t> rows, std::size_t row_bytes, int colors, std::uint8_t* pixels);

}  // namespace jetvit
