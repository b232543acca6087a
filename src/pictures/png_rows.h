#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace jetvit {

// Undoes the filters of a PNG's rows (PNG specification, section 9). Each of `rows` is a byte that names its filter and
// then row_bytes bytes of pixels of `colours` (1 or 3) bytes; `pixels` takes the rows without that byte. Throws Error
// where a row names an unknown filter.
void undo_filters(std::span<const std::uint8_t> rows, std::size_t row_bytes, int colours, std::uint8_t* pixels);

}  // namespace jetvit
