#pragma once

#include <cstdint>
#include <filesystem>

#include "prepare/source_options.h"

namespace jetvit {

struct LargeStoreOptions {
  SourceOptions source;   // whose jets are varied
  double gigabytes = 12;  // of the shards, at least
  std::uint64_t seed = 1;
};

struct LargeStoreResult {
  std::uint64_t jets = 0;   // of all splits
  std::uint64_t bytes = 0;  // of the shards
  double seconds = 0;
};

// Writes a store that is as large as one likes, for measurements of what memory does not hold. Its validation and test
// jets are those of the source. The training jets are those of the source again and again: each image is shifted
// cyclically along both axes, and its pixels are multiplied by a factor from 1 to 2. Shifts and factors depend only on
// the seed, the round and the jet. Memory holds the jets of the source. Throws Error if the source has no training
// jets, if `out` exists or cannot be written, and what open_source() throws; Interrupted where a stop was requested.
LargeStoreResult write_large_store(const LargeStoreOptions& options, const std::filesystem::path& out);

}  // namespace jetvit
