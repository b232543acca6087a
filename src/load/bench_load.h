#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/options.h"
#include "base/rate_summary.h"
#include "load/batch_loader.h"

namespace jetvit {

// Made-up three-channel jets of 125 x 125 pixels as sparse as real ones (about 60 track, 290 ECAL and 425 HCAL pixels,
// the latter in blocks of 5 x 5): for timing where no data are at hand, for nothing else.
std::shared_ptr<const JetRecords> make_timing_jets(std::size_t count, std::uint64_t seed);

// Loads epochs of batches with a consumer that does nothing, and returns what rate_summary does and
//   {"jets", "batches", "seconds", "jets_per_second_per_thread", "wait_seconds", "bytes_per_second", "image",
//   "augment",
//    "layout", "type", "sampling", "batch_size", "threads"}.
// Throws as BatchLoader does.
Json bench_load(std::shared_ptr<const JetRecords> records, const InputTransform& transform, const ImageOptions& image,
                const AugmentOptions& augment, const LoadOptions& load, const BenchTime& time = {});

}  // namespace jetvit
