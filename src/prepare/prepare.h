#pragma once

#include <filesystem>
#include <functional>

#include "jet/input_transform.h"
#include "jet/jet_reader.h"
#include "prepare/inputs.h"
#include "store/manifest.h"

namespace jetvit {

// The part of the files that a process prepares.
struct PartChoice {
  int part = 0, parts = 0;  // part 1 ... parts; 0: all files
};

// Parses "3/16". Throws UsageError for anything else.
PartChoice parse_part(const std::string& word);

struct PrepareOptions {
  InputNames inputs;
  ReadOptions read;
  double zero_threshold = kStudyZeroThreshold;
  PartChoice part;
};

// Standard preparation of all jets of the inputs in one pass: zero suppression (signed channels keep negative values)
// and the statistics of the training split. zero_threshold: in data units. `sink` gets the jets in order. Returns the
// manifest without shards, counts and fingerprint. Throws Error for inputs that cannot be used.
Manifest prepare_jets(const Inputs& inputs, const JetReader& reader, double zero_threshold, int threads,
                      const std::function<void(const JetRecords&, Split)>& sink, ReadSummary& summary);

struct PrepareResult {
  Manifest manifest;  // for a part: as if there were no other jets
  ReadSummary summary;
  std::size_t files = 0;    // of the part
  std::size_t resumed = 0;  // those that an earlier, interrupted run had prepared
  std::uint64_t rows = 0;   // rows read by this run
  double seconds = 0;
  bool was_finished = false;  // the same command had finished before: nothing was done
};

// Prepares the inputs into a jet store or, if options.part selects one, into a part of a store. If the same command was
// interrupted before, it resumes after the last finished group of files (prepare/work.h); the result is the same, byte
// for byte. If it has finished before, nothing is done (prepare/finished_store.h). Throws UsageError for impossible
// options. Throws Error for inputs that cannot be used, for jets in two splits unless options.inputs.allow_trained is
// true, for outputs that exist or cannot be written and for unfinished
// work of another command, which `overwrite` discards. After an error only finished groups are kept.
PrepareResult prepare_store(const PrepareOptions& options, const std::filesystem::path& out, bool overwrite);

// Combines the parts of a store into one store, which equals that of a single run byte for byte. The parts are kept.
// Throws UsageError without parts, Error for parts that are missing, given twice, damaged or from different commands,
// and for jets in two splits unless allow_trained is true.
PrepareResult merge_parts(const std::vector<std::filesystem::path>& parts, const std::filesystem::path& out,
                          bool overwrite, bool allow_trained = false);

}  // namespace jetvit
