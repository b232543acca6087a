#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/options.h"
#include "base/rate_summary.h"
#include "load/batch_loader.h"
#include "load/image_options.h"
#include "prepare/source_options.h"

namespace jetvit {

struct BenchLoadOptions {
  SourceOptions source;  // without inputs: synthetic jets (make_timing_jets)
  ImageOptions image;
  AugmentOptions augment;
  LoadOptions load;
  BenchTime time;
};

// The jets of a measurement, and how fast they came into memory.
struct BenchSource {
  std::string name;
  std::string kind;                    // a description of the files
  std::uint64_t jets = 0;              // that were read: of all splits, or of one whose images stay on disk
  std::optional<RateSummary> reading;  // of these; none of synthetic jets
  bool on_disk = false;                // the images stay in the shards of a store
};

struct BenchLoadResult {
  RateSummary rates;  // of jets to batches
  std::uint64_t jets = 0, batches = 0;
  double seconds = 0;        // of the timed rounds
  double wait_seconds = 0;   // of them, that the consumer waited
  double bytes_per_jet = 0;  // of the batches
  BenchLoadOptions options;  // as they were asked for
  BenchSource source;
};

// {"jets_per_second", "slowest", "fastest", "rounds", "jets", "batches", "seconds", "jets_per_second_per_thread",
// "wait_seconds", "bytes_per_second", "image", "augment", "layout", "precision", "sampling", "batch_size", "threads",
// "source": {"name", "kind", "images": "memory" or "disk", "jets", ...}}
Json to_json(const BenchLoadResult& result);

// Reads all splits of the source into memory again and again, or opens the training split once if its images stay on
// disk (SourceOptions::images). Then loads epochs of augmented batches of the training split with a consumer that does
// nothing. Throws UsageError where that makes no full batch, and as open_source() and BatchLoader do.
BenchLoadResult bench_load(const BenchLoadOptions& options);

}  // namespace jetvit
