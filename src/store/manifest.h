#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "jet/channels.h"
#include "jet/class_names.h"
#include "jet/input_transform.h"
#include "jet/split.h"
#include "store/contents.h"

namespace jetvit {

struct SourceFile {
  std::string name;  // as given to the preparation
  std::uint64_t rows = 0;
  std::uint64_t skipped = 0;
};

// The description of a jet store, manifest.json. It is written last, so a folder with a manifest is a complete store.
struct Manifest {
  static constexpr int kVersion = 1;

  ImageShape shape;
  std::vector<Channel> channels;
  std::vector<ChannelStatistics> statistics;  // of the training split, or of all jets if it is empty
  double zero_threshold = 0;                  // data units; pixels below it were dropped
  std::uint64_t negative_pixels = 0;          // number of dropped negative pixels in unsigned channels
  std::vector<std::string> observer_names;
  ClassNames class_names;
  std::string label_column;   // of the files, with the labels; empty: they are not from a column, or not known
  std::string weight_column;  // of the files, with the weights; empty: every jet has weight 1
  ClassCounts counts{};
  SplitRule split_rule = SplitRule::kFileAndRow;  // of jets whose split the user did not choose
  bool has_identities = false;                    // every shard has the identities of its jets
  std::vector<ShardEntry> shards;
  std::vector<SourceFile> source_files;
  std::vector<std::string> sources;         // names of source_files
  Json skipped_rows = Json::array();        // the first 1,000: file, row, reason
  Json skipped_reasons = Json::object();    // how many rows were skipped for each reason
  Json command = Json::object();            // what the preparation was asked for (prepare/work.h); empty: not known
  std::optional<FileEntry> skipped_report;  // lists all skipped rows; no value if none were skipped
  std::string fingerprint;                  // SHA-256 of the shards' digests; identifies the data

  std::uint64_t jets(Split split) const;  // number of jets in a split
};

// Reads and checks manifest.json in `store`. Throws Error naming the store if the file is missing, damaged or has
// another version.
Manifest read_manifest(const std::filesystem::path& store);

// Sets the fingerprint and writes manifest.json durably. Throws Error if it cannot be written.
void write_manifest(const std::filesystem::path& store, Manifest& manifest);

// Whether `path` contains a manifest.json.
bool is_store(const std::filesystem::path& path);

// Describes a folder with the unfinished output of a preparation, with a suggestion: "an unfinished jet store (...)" or
// "part of a jet store (...)". Empty for any other folder.
std::string unfinished_kind(const std::filesystem::path& path);

}  // namespace jetvit
