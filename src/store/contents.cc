#include "store/contents.h"

#include <algorithm>
#include <span>

#include "base/commit.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr const char* kDigestKey = "manifest_sha256";
constexpr std::uint64_t kRecordLimit = 64 << 20;

std::string digest_of(const Json& json) {
  const std::string document = json_text(json, 1);
  return sha256(std::as_bytes(std::span(document)));
}

// Records are untrusted, so the files they name must be inside the store.
std::string checked_name(const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos || name.find('\0') != std::string::npos || name[0] == '.') {
    throw Error(text("it names a shard \"", printable(name), "\" outside the store"));
  }
  return name;
}

WorkRecord record_from_json(const Json& json) {
  WorkRecord record;
  record.command = json.at("command");
  record.state = json.at("state");
  for (const Json& shard : list_of(json, "shards")) record.contents.shards.push_back(shard_from_json(shard));
  for (const Json& report : list_of(json, "reports")) record.contents.reports.push_back(file_from_json(report));
  for (const Split split : kSplits) {
    const Json& counts = json.at("splits").at(std::string(split_name(split)));
    record.contents.counts[static_cast<std::size_t>(split)] = {unsigned_from_json(counts, "class_0"),
                                                               unsigned_from_json(counts, "class_1")};
  }
  return record;
}

}  // namespace

std::uint64_t jets_of_class(const ClassCounts& counts, std::size_t label) {
  std::uint64_t jets = 0;
  for (const auto& of_split : counts) jets += of_split[label];
  return jets;
}

Json to_json(const FileEntry& file) {
  return {{"file", file.file}, {"bytes", file.bytes}, {"sha256", file.sha256}};
}

Json to_json(const ShardEntry& shard) {
  return {{"file", shard.file},
          {"split", split_name(shard.split)},
          {"jets", shard.jets},
          {"bytes", shard.bytes},
          {"sha256", shard.sha256}};
}

FileEntry file_from_json(const Json& json) {
  return {checked_name(json.at("file")), unsigned_from_json(json, "bytes"), json.at("sha256")};
}

const Json& list_of(const Json& json, const std::string& key) {
  const Json& value = json.at(key);
  if (!value.is_array()) throw Error(text("\"", key, "\" is not a list"));
  return value;
}

ShardEntry shard_from_json(const Json& json) {
  const std::string name = checked_name(json.at("file"));
  const Split split = split_from_name(json.at("split").get<std::string>());
  const std::uint64_t jets = unsigned_from_json(json, "jets");
  return {{name, unsigned_from_json(json, "bytes"), json.at("sha256")}, split, jets};
}

InputFile open_file(const std::filesystem::path& store, const FileEntry& file) {
  if (!std::filesystem::exists(store / file.file)) {
    throw Error(text(store / file.file, ": is missing, but the store lists it (it was removed, or left out of a copy; ",
                     "copy it again, or prepare the data again)"));
  }
  InputFile input(store / file.file);
  if (input.size() != file.bytes) {
    throw Error(text(input.path(), ": holds ", input.size(), " bytes, expected ", file.bytes,
                     " (it was cut short or replaced; prepare the data again)"));
  }
  return input;
}

void verify_file(const std::filesystem::path& store, const FileEntry& file) {
  const InputFile input = open_file(store, file);
  if (sha256_of_file(input) != file.sha256) {
    throw Error(
        text(input.path(), ": differs from its digest (it is damaged or was replaced; prepare the data again)"));
  }
}

std::uint64_t unsigned_from_json(const Json& json, const std::string& key, std::uint64_t limit) {
  const Json& value = json.at(key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > limit) {
    throw Error(text("\"", key, "\" is ", printable(json_text(value)), ", not an integer in the allowed range"));
  }
  return value.get<std::uint64_t>();
}

std::string signed_document(Json json) {
  json[kDigestKey] = digest_of(json);
  return json_text(json, 1) + "\n";
}

void check_signature(Json& json) {
  const Json digest = json.at(kDigestKey);
  json.erase(kDigestKey);
  if (digest != digest_of(json)) throw Error("it differs from its own digest");
}

void write_record(const std::filesystem::path& path, const WorkRecord& record) {
  Json shards = Json::array();
  for (const ShardEntry& shard : record.contents.shards) shards.push_back(to_json(shard));
  Json reports = Json::array();
  for (const FileEntry& report : record.contents.reports) reports.push_back(to_json(report));
  Json splits = Json::object();
  for (const Split split : kSplits) {
    const auto& counts = record.contents.counts[static_cast<std::size_t>(split)];
    splits[std::string(split_name(split))] = {{"class_0", counts[0]}, {"class_1", counts[1]}};
  }
  commit_text(path, signed_document({{"format", "jetvit part"},
                                     {"version", WorkRecord::kVersion},
                                     {"command", record.command},
                                     {"splits", splits},
                                     {"shards", shards},
                                     {"reports", reports},
                                     {"state", record.state}}));
}

WorkRecord read_record(const std::filesystem::path& path) {
  Json json = parse_json(read_text_file(path, kRecordLimit), path, kRecordLimit);
  try {
    if (json.at("format") != "jetvit part") throw Error("it is not the record of a preparation");
    if (json.at("version") != WorkRecord::kVersion) {
      throw Error(text("it has version ", printable(json_text(json.at("version"))), ", but this program reads version ",
                       WorkRecord::kVersion));
    }
    check_signature(json);
    return record_from_json(json);
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(path, ": is damaged (", printable(error.what()), "; prepare the data again)"));
  } catch (const Error& error) {
    throw Error(text(path, ": is damaged (", error.what(), "; prepare the data again)"));
  }
}

std::optional<WorkRecord> find_record(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  try {
    return read_record(path);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace jetvit
