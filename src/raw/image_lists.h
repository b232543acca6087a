#pragma once

#include <cstddef>
#include <vector>

#include "jet/channels.h"
#include "raw/page_reader.h"

namespace jetvit {

// Shapes of the first complete images of a chunk, at most `limit`, derived from the lengths of their lists. Rows with
// nulls or uneven lists are ignored. A flat list gives {1, 1, length}. Throws Error if the chunk is damaged.
std::vector<ImageShape> image_list_lengths(ChunkBytes chunk, const LeafColumn& column, const Decompressor& decompressor,
                                           std::size_t limit);

}  // namespace jetvit
