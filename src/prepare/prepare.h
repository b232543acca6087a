#pragma once

#include <filesystem>
#include <functional>

#include "jet/jet_reader.h"
#include "prepare/inputs.h"
#include "store/manifest.h"

namespace jetvit {

// Which part of the files a process prepares.
struct PartChoice {
  int part = 0, parts = 0;  // part 1 ... parts; 0: all files
};

// "3/16"; throws UsageError for anything else.
PartChoice parse_part(const std::string& word);

struct PrepareOptions {
  InputNames inputs;
  ReadOptions read;
  double zero_threshold = 1e-3;  // data units; the published study's value
  PartChoice part;
};

// Standard preparation of all jets of the inputs: zero suppression that knows signed channels and the statistics of the
// training split, in one pass. `sink` gets the jets in order. Returns the manifest without shards, counts and
// fingerprint. Throws Error for inputs that cannot be used, UsageError for impossible options.
Manifest prepare_jets(const Inputs& inputs, const JetReader& reader, double zero_threshold, int threads,
                      const std::function<void(const JetRecords&, Split)>& sink, ReadSummary& summary);

struct PrepareResult {
  Manifest manifest;  // of a part: as if its jets were all
  ReadSummary summary;
  std::size_t files = 0;    // of the part
  std::size_t resumed = 0;  // files of them that an earlier, interrupted run had prepared ...
  std::uint64_t rows = 0;   // ... and rows that this one read
  double seconds = 0;
};

// Prepares into a jet store or, where the options say so, into a part of one. Where the same command was interrupted,
// goes on after the last group of files (prepare/work.h) that it finished; the result is the same, byte for byte.
// Throws Error for inputs that cannot be used, for outputs that exist or cannot be written and for unfinished work of
// another command, which `overwrite` discards. Removes what it wrote by then but for finished groups.
PrepareResult prepare_store(const PrepareOptions& options, const std::filesystem::path& out, bool overwrite);

// Puts the parts of a store, which stay, together: the same store, byte for byte, as one run would have made. Throws
// Error for parts that are missing, named twice, damaged or of other commands.
PrepareResult merge_parts(const std::vector<std::filesystem::path>& parts, const std::filesystem::path& out,
                          bool overwrite);

}  // namespace jetvit
