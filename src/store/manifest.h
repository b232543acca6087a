#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "jet/channels.h"
#include "jet/input_transform.h"
#include "jet/split.h"
#include "store/contents.h"

namespace jetvit {

struct SourceFile {
  std::string name;  // as it was named
  std::uint64_t rows = 0;
  std::uint64_t skipped = 0;
};

// What a jet store says of itself: manifest.json, written last, so that a folder with a manifest is a whole store.
struct Manifest {
  static constexpr int kVersion = 1;

  ImageShape shape;
  std::vector<Channel> channels;
  std::vector<ChannelStatistics> statistics;  // of the training split (of all jets where it is empty)
  double zero_threshold = 0;                  // pixels below it were dropped
  std::uint64_t negative_pixels = 0;          // of unsigned channels, dropped
  std::vector<std::string> observer_names;
  std::array<std::array<std::uint64_t, 2>, 3> counts{};  // [split][class]
  std::vector<ShardEntry> shards;
  std::vector<SourceFile> source_files;
  std::vector<std::string> sources;         // names of source_files
  Json skipped_rows = Json::array();        // the first 1,000: file, row, reason
  Json skipped_reasons = Json::object();    // how many rows were skipped for each reason
  std::optional<FileEntry> skipped_report;  // lists all of them; none where nothing was skipped
  std::string fingerprint;                  // SHA-256 over the shards' digests: identifies the data

  std::uint64_t jets(Split split) const;
};

// Reads and checks DIR/manifest.json; throws Error naming the store where it is missing, of another version or damaged.
Manifest read_manifest(const std::filesystem::path& store);

// Writes DIR/manifest.json durably and sets the fingerprint.
void write_manifest(const std::filesystem::path& store, Manifest& manifest);

bool is_store(const std::filesystem::path& path);

// "an unfinished jet store (...)" or "part of a jet store (...)", with what to do about it, for a folder that a
// preparation left so; empty for anything else.
std::string unfinished_kind(const std::filesystem::path& path);

}  // namespace jetvit
