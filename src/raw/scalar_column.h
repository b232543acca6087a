#pragma once

#include <span>
#include <vector>

#include "raw/page_reader.h"

namespace jetvit {

// A flat numeric column chunk as doubles, NaN where the value is null.
void read_scalar_chunk(std::span<const std::byte> chunk, const LeafColumn& column, const Decompressor& decompressor,
                       std::uint64_t rows, PageReader::Buffers& buffers, std::vector<double>& out);

}  // namespace jetvit
