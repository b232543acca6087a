#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/options.h"
#include "jet/input_transform.h"
#include "raw/raw_reader.h"

namespace jetvit {

enum class PictureFormat { kPng, kTfRecord };

struct PictureOptions {
  std::vector<std::filesystem::path> files;  // raw Parquet files, read in this order
  std::filesystem::path out;
  bool overwrite = false;
  PictureFormat format = PictureFormat::kPng;
  // True: the study's own output. Each batch is normalized separately, and negative values count as empty in every
  // channel. False: one normalization for all jets, and signed channels keep their sign.
  bool published = false;
  bool as_floats = false;  // TFRecord only: pixel values instead of 8-bit pictures; nothing is normalized
  bool gzip = false;       // TFRecord only
  int batch = 0;           // published mode: jets per normalization; 0: as the study, 4096 (PNG) or 320 (TFRecord)
  double zero_threshold = kStudyZeroThreshold;
  ReadOptions raw;
};

// The report of skipped rows inside the output folder, written if rows were skipped.
inline constexpr const char* kSkippedName = "skipped.csv";

struct PictureResult {
  ReadSummary summary;
  std::array<std::uint64_t, 2> counts{};  // jets of class 0 and 1
  ClassNames class_names;
  std::vector<std::filesystem::path> sources;
  std::size_t resumed = 0;  // sources that an earlier, interrupted run had prepared
  std::uint64_t rows = 0;   // rows read by this run
  double seconds = 0;
  bool was_finished = false;  // the same command had finished before: nothing was done
};

// Converts raw files to 8-bit pictures or TFRecords, as the public study did or with its defects corrected. A batch
// never spans two files; memory holds one batch. If the same command was interrupted before, it resumes after the last
// piece that it finished: a shard (with more than 256 shards, a group of consecutive ones) or 16 batches of PNGs. The
// output is the same, byte for byte. If it has finished before, nothing is done. Throws UsageError for options that
// exclude each other. Throws Error for inputs that cannot be used, for outputs that exist or cannot be written and for
// unfinished work of another command, which `overwrite` discards. After an error only finished pieces are kept.
PictureResult prepare_pictures(const PictureOptions& options);

}  // namespace jetvit
