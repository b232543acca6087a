#pragma once

#include <cstdint>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// Drops pixels with |x| < threshold, and negative ones of unsigned channels; signed channels keep their sign. Returns
// how many negative pixels of unsigned channels were dropped.
std::uint64_t suppress_zeros(SparseImages& images, const std::vector<Channel>& channels, double threshold);

}  // namespace jetvit
