#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/options.h"
#include "jet/split.h"

namespace jetvit {

// A file of a store, as listed in the manifest and in records.
struct FileEntry {
  std::string file;  // name inside the store
  std::uint64_t bytes = 0;
  std::string sha256;
};

struct ShardEntry : FileEntry {
  Split split = Split::kTrain;
  std::uint64_t jets = 0;
};

using ClassCounts = std::array<std::array<std::uint64_t, 2>, 3>;  // number of jets [split][class]

// The number of jets of a class in all splits.
std::uint64_t jets_of_class(const ClassCounts& counts, std::size_t label);

// The files that a writer has written, in order.
struct StoreContents {
  std::vector<ShardEntry> shards;
  std::vector<FileEntry> reports;  // reports of skipped rows
  ClassCounts counts{};
};

// Conversions between entries and JSON. The reading functions throw Error, or the JSON library's exception, if `json`
// is not such an entry or names a file outside the store.
Json to_json(const FileEntry& file);
Json to_json(const ShardEntry& shard);
FileEntry file_from_json(const Json& json);
ShardEntry shard_from_json(const Json& json);
// The value of `key`. Throws Error if it is not a list.
const Json& list_of(const Json& json, const std::string& key);

// Opens a file in `store`. Throws Error naming the file if it is missing, or if its size is not that of the entry.
InputFile open_file(const std::filesystem::path& store, const FileEntry& file);

// Compares the size and SHA-256 of a file in `store` with its entry. Throws Error naming the file if they differ.
void verify_file(const std::filesystem::path& store, const FileEntry& file);

// The unsigned integer under `key`. Unlike the conversion of the JSON library, it throws Error for signs, fractions and
// values above `limit`.
std::uint64_t unsigned_from_json(const Json& json, const std::string& key,
                                 std::uint64_t limit = std::numeric_limits<std::uint64_t>::max());

// The content of unfinished.json and part.json: the finished work of a preparation that was interrupted or that writes
// one part of a store. Another run of the program can continue from it. Like the manifest, it is written after the
// files that it lists.
struct WorkRecord {
  static constexpr int kVersion = 1;

  Json command = Json::object();  // the command that was run; only the same command may resume
  Json state = Json::object();    // state of the preparation
  StoreContents contents;
};

inline constexpr const char* kUnfinishedFile = "unfinished.json";
inline constexpr const char* kPartFile = "part.json";

// Writes the record durably. Throws Error if it cannot be written.
void write_record(const std::filesystem::path& path, const WorkRecord& record);
// Throws Error naming the path if the record is missing, damaged or has another version.
WorkRecord read_record(const std::filesystem::path& path);
// Same, but returns no value if the record is missing or damaged.
std::optional<WorkRecord> find_record(const std::filesystem::path& path);

// Serializes the document with its own SHA-256 under `manifest_sha256`. Invalid UTF-8, for example in file names, is
// replaced, because JSON must be UTF-8.
std::string signed_document(Json json);
// Removes the digest from a document that was read. Throws Error if it does not match the document.
void check_signature(Json& json);

}  // namespace jetvit
