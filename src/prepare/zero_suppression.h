#pragma once

#include <cstdint>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// Drops pixels with |x| < threshold (data units) and negative pixels of unsigned channels. Pixels of signed channels
// keep their sign. Returns the number of negative pixels of unsigned channels that were dropped.
std::uint64_t suppress_zeros(SparseImages& images, const std::vector<Channel>& channels, double threshold);

}  // namespace jetvit
