#include "store/manifest.h"

#include "base/commit.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr const char* kFile = "manifest.json";
constexpr std::uint64_t kManifestLimit = 64 << 20;

Json statistics_to_json(const ChannelStatistics& statistics) {
  return {{"mean", statistics.mean},
          {"standard_deviation", statistics.standard_deviation},
          {"minimum", statistics.minimum},
          {"maximum", statistics.maximum},
          {"occupancy", statistics.occupancy}};
}

Json to_json(const Manifest& manifest) {
  Json channels = Json::array();
  for (std::size_t index = 0; index < manifest.channels.size(); ++index) {
    const Channel& channel = manifest.channels[index];
    channels.push_back({{"name", channel.name},
                        {"unit", channel.unit},
                        {"signed", channel.is_signed},
                        {"statistics", statistics_to_json(manifest.statistics[index])}});
  }
  Json splits = Json::object();
  for (const Split split : kSplits) {
    const auto& counts = manifest.counts[static_cast<std::size_t>(split)];
    splits[std::string(split_name(split))] = {{"class_0", counts[0]}, {"class_1", counts[1]}};
  }
  Json shards = Json::array();
  for (const ShardEntry& shard : manifest.shards) {
    shards.push_back({{"file", shard.file},
                      {"split", split_name(shard.split)},
                      {"jets", shard.jets},
                      {"bytes", shard.bytes},
                      {"sha256", shard.sha256}});
  }
  Json sources = Json::array();
  for (const SourceFile& source : manifest.source_files) {
    sources.push_back({{"name", source.name}, {"rows", source.rows}, {"skipped", source.skipped}});
  }
  return {{"format", "jetvit store"},
          {"version", Manifest::kVersion},
          {"shape", {manifest.shape.channels, manifest.shape.height, manifest.shape.width}},
          {"channels", channels},
          {"observers", manifest.observer_names},
          {"preparation",
           {{"mode", "standard"},
            {"zero_threshold", manifest.zero_threshold},
            {"negative_pixels_dropped", manifest.negative_pixels}}},
          {"splits", splits},
          {"shards", shards},
          {"sources", sources},
          {"skipped_rows", manifest.skipped_rows},
          {"fingerprint", manifest.fingerprint}};
}

// A shard is named by the manifest, which may come from anywhere: no path leaves the store.
std::string checked_name(const std::filesystem::path& store, const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos || name.find('\0') != std::string::npos || name[0] == '.') {
    throw Error(text(store / kFile, ": names a shard \"", printable(name), "\" outside the store"));
  }
  return name;
}

Manifest from_json(const std::filesystem::path& store, const Json& json) {
  Manifest manifest;
  const Json& shape = json.at("shape");
  manifest.shape = {shape.at(0), shape.at(1), shape.at(2)};
  for (const Json& channel : json.at("channels")) {
    manifest.channels.push_back({channel.at("name"), channel.at("unit"), channel.at("signed")});
    const Json& statistics = channel.at("statistics");
    manifest.statistics.push_back({statistics.at("mean"), statistics.at("standard_deviation"), statistics.at("minimum"),
                                   statistics.at("maximum"), statistics.at("occupancy")});
  }
  if (manifest.shape.channels != static_cast<int>(manifest.channels.size()) || manifest.shape.height < 1 ||
      manifest.shape.width < 1 || manifest.shape.pixels() > 65536) {
    throw Error(text(store / kFile, ": states a shape that does not fit its channels"));
  }
  manifest.observer_names = json.at("observers").get<std::vector<std::string>>();
  const Json& preparation = json.at("preparation");
  manifest.zero_threshold = preparation.at("zero_threshold");
  manifest.negative_pixels = preparation.at("negative_pixels_dropped");
  for (const Split split : kSplits) {
    const Json& counts = json.at("splits").at(std::string(split_name(split)));
    manifest.counts[static_cast<std::size_t>(split)] = {counts.at("class_0").get<std::uint64_t>(),
                                                        counts.at("class_1").get<std::uint64_t>()};
  }
  for (const Json& shard : json.at("shards")) {
    manifest.shards.push_back({checked_name(store, shard.at("file")),
                               split_from_name(shard.at("split").get<std::string>()), shard.at("jets"),
                               shard.at("bytes"), shard.at("sha256")});
  }
  for (const Json& source : json.at("sources")) {
    manifest.source_files.push_back({source.at("name"), source.at("rows"), source.at("skipped")});
    manifest.sources.push_back(manifest.source_files.back().name);
  }
  manifest.skipped_rows = json.at("skipped_rows");
  manifest.fingerprint = json.at("fingerprint");
  return manifest;
}

}  // namespace

std::uint64_t Manifest::jets(Split split) const {
  const auto& of_split = counts[static_cast<std::size_t>(split)];
  return of_split[0] + of_split[1];
}

Manifest read_manifest(const std::filesystem::path& store) {
  const std::filesystem::path path = store / kFile;
  if (!std::filesystem::exists(path)) {
    throw Error(text(store, ": is not a jet store (it has no ", kFile, "; make one with jetvit prepare)"));
  }
  const Json json = parse_json(read_text_file(path, kManifestLimit), path, kManifestLimit);
  try {
    if (json.at("format") != "jetvit store") throw Error(text(path, ": is not the manifest of a jet store"));
    if (json.at("version") != Manifest::kVersion) {
      throw Error(text(path, ": is of version ", printable(json.at("version").dump()), ", this program reads version ",
                       Manifest::kVersion, " (prepare the data again)"));
    }
    return from_json(store, json);
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(path, ": is damaged (", printable(error.what()), ")"));
  }
}

void write_manifest(const std::filesystem::path& store, Manifest& manifest) {
  std::string digests;
  for (const ShardEntry& shard : manifest.shards) digests += shard.sha256;
  manifest.fingerprint = sha256(std::as_bytes(std::span(digests)));
  manifest.sources.clear();
  for (const SourceFile& source : manifest.source_files) manifest.sources.push_back(source.name);
  commit_text(store / kFile, to_json(manifest).dump(1) + "\n");
}

bool is_store(const std::filesystem::path& path) {
  return std::filesystem::exists(path / kFile);
}

}  // namespace jetvit
