#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "jet/jet_records.h"

namespace jetvit {

// Made-up three-channel jets of 125 x 125 pixels as sparse as real ones (about 60 track, 290 ECAL and 425 HCAL pixels,
// the latter in blocks of 5 x 5): for timing where no data are at hand, for nothing else.
std::shared_ptr<const JetRecords> make_timing_jets(std::size_t count, std::uint64_t seed);

}  // namespace jetvit
