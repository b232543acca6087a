#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "base/options.h"
#include "raw/raw_reader.h"

namespace jetvit {

enum class PictureFormat { kPng, kTfRecord };

struct PictureOptions {
  std::vector<std::filesystem::path> files;  // in this order
  std::filesystem::path out;
  bool overwrite = false;
  PictureFormat format = PictureFormat::kPng;
  // The study's own output: each batch is normalised by itself, and negative values count as empty in every channel.
  // Otherwise: one normalisation for all jets, and signed channels keep their sign.
  bool published = false;
  bool as_floats = false;  // TFRecord only: pixel values instead of 8-bit pictures; nothing is normalised
  bool gzip = false;       // TFRecord only
  int batch = 0;           // jets that published mode normalises together; 0: the study's, 4096 (PNG) or 320 (TFRecord)
  double zero_threshold = 1e-3;
  ReadOptions raw;
};

// The report of skipped rows inside the output, where there are any.
inline constexpr const char* kSkippedName = "skipped.csv";

struct PictureResult {
  ReadSummary summary;
  std::array<std::uint64_t, 2> counts{};  // jets of class 0 and 1
  std::vector<std::filesystem::path> sources;
  std::size_t resumed = 0;  // files of them that an earlier, interrupted run had prepared ...
  std::uint64_t rows = 0;   // ... and rows that this one read
  double seconds = 0;
};

// Raw files to 8-bit pictures or TFRecords, as the public study made them or with its defects mended. A batch never
// spans two files; memory holds one batch. Where the same command was interrupted, goes on from the last piece that it
// finished: a shard (of more than 256 shards, a group of neighbours), or 16 batches of PNGs; the output is the same,
// byte for byte. Throws UsageError for options that exclude each other, Error for inputs that cannot be used, outputs
// that exist or cannot be written and unfinished work of another command, which `overwrite` discards. Removes what it
// wrote by then but for finished pieces.
PictureResult prepare_pictures(const PictureOptions& options);

}  // namespace jetvit
