#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "jet/split.h"

namespace jetvit {

// A file of a store, as records name it.
struct FileEntry {
  std::string file;  // name inside the store
  std::uint64_t bytes = 0;
  std::string sha256;
};

struct ShardEntry : FileEntry {
  Split split = Split::kTrain;
  std::uint64_t jets = 0;
};

// The files that a writer has made, in order.
struct StoreContents {
  std::vector<ShardEntry> shards;
  std::vector<FileEntry> reports;                        // of skipped rows
  std::array<std::array<std::uint64_t, 2>, 3> counts{};  // jets by split and class
};

// Each throws Error, or the JSON library's exception, where `json` is no such entry or names a file outside the store.
Json to_json(const FileEntry& file);
Json to_json(const ShardEntry& shard);
FileEntry file_from_json(const Json& json);
ShardEntry shard_from_json(const Json& json);
// The entry `key`, which has to be a list.
const Json& list_of(const Json& json, const std::string& key);

// Compares a file of `store` with its entry, byte by byte; throws Error naming it where they differ.
void verify_file(const std::filesystem::path& store, const FileEntry& file);

// An integer of a document; unlike the JSON library's own conversion it refuses signs, fractions and overflow.
std::uint64_t unsigned_from_json(const Json& json, const std::string& key,
                                 std::uint64_t limit = std::numeric_limits<std::uint64_t>::max());

// unfinished.json and part.json: what a preparation that was interrupted, or that makes one part of a store, has done
// so far, so that another run of the program can go on from it. Written like the manifest: behind the files it names.
struct WorkRecord {
  static constexpr int kVersion = 1;

  Json command = Json::object();  // what was asked for: only the same command may go on
  Json state = Json::object();    // of the preparation
  StoreContents contents;
};

inline constexpr const char* kUnfinishedFile = "unfinished.json";
inline constexpr const char* kPartFile = "part.json";

void write_record(const std::filesystem::path& path, const WorkRecord& record);
// Throws Error naming the path where it is missing, of another version or damaged.
WorkRecord read_record(const std::filesystem::path& path);
// None where it is missing or damaged.
std::optional<WorkRecord> find_record(const std::filesystem::path& path);

// JSON of the document, with its own SHA-256 under `manifest_sha256`; file names need not be UTF-8, JSON must.
std::string signed_document(Json json);
// Takes the digest off a document that was read; throws Error where it differs.
void check_signature(Json& json);

}  // namespace jetvit
