#pragma once

#include <filesystem>
#include <functional>

#include "jet/jet_reader.h"
#include "prepare/inputs.h"
#include "store/manifest.h"

namespace jetvit {

struct PrepareOptions {
  InputNames inputs;
  ReadOptions read;
  double zero_threshold = 1e-3;  // data units; the published study's value
};

// Standard preparation of all jets of the inputs: zero suppression that knows signed channels and the statistics of the
// training split, in one pass. `sink` gets the jets in order. Returns the manifest without shards, counts and
// fingerprint. Throws Error for inputs that cannot be used, UsageError for impossible options.
Manifest prepare_jets(const Inputs& inputs, const JetReader& reader, double zero_threshold, int threads,
                      const std::function<void(const JetRecords&, Split)>& sink, ReadSummary& summary);

struct PrepareResult {
  Manifest manifest;
  ReadSummary summary;
  double seconds = 0;
};

// Prepares into a jet store. Throws Error for inputs that cannot be used and for outputs that exist or cannot be
// written; what it wrote by then is removed.
PrepareResult prepare_store(const PrepareOptions& options, const std::filesystem::path& out, bool overwrite);

}  // namespace jetvit
