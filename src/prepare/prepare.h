#pragma once

#include <array>
#include <filesystem>
#include <vector>

#include "jet/split.h"
#include "raw/raw_reader.h"
#include "store/manifest.h"

namespace jetvit {

struct PrepareOptions {
  // Files whose jets are split by a hash of (file, row) ...
  std::vector<std::filesystem::path> files;
  SplitShares shares;
  // ... and files that belong whole to a split.
  std::array<std::vector<std::filesystem::path>, 3> files_of_split;
  std::filesystem::path out;
  bool overwrite = false;
  double zero_threshold = 1e-3;  // data units; the published study's value
  RawOptions raw;
};

struct PrepareResult {
  Manifest manifest;
  RawSummary summary;
  double seconds = 0;
};

// Standard preparation: raw files to a jet store, with zero suppression that knows signed channels and the statistics
// of the training split from one pass. Throws Error for inputs that cannot be used and for outputs that exist or cannot
// be written; what it wrote by then is removed.
PrepareResult prepare_store(const PrepareOptions& options);

}  // namespace jetvit
