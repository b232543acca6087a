#include "store/manifest.h"

#include <cmath>
#include <concepts>
#include <limits>

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
  for (const ShardEntry& shard : manifest.shards) shards.push_back(to_json(shard));
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
          {"class_names", manifest.class_names},
          {"label_column", manifest.label_column.empty() ? Json() : Json(manifest.label_column)},
          {"weight_column", manifest.weight_column.empty() ? Json() : Json(manifest.weight_column)},
          {"splits", splits},
          {"split_rule", split_rule_name(manifest.split_rule)},
          {"identities", manifest.has_identities},
          {"shards", shards},
          {"sources", sources},
          {"skipped_rows", manifest.skipped_rows},
          {"skipped_reasons", manifest.skipped_reasons},
          {"skipped_report", manifest.skipped_report ? to_json(*manifest.skipped_report) : Json()},
          {"command", manifest.command},
          {"fingerprint", manifest.fingerprint}};
}

template <std::integral Integer>
Integer integer(const Json& json, const std::string& key) {
  return static_cast<Integer>(
      unsigned_from_json(json, key, static_cast<std::uint64_t>(std::numeric_limits<Integer>::max())));
}

double finite(const Json& json, const std::string& key) {
  const double value = json.at(key).get<double>();
  if (!std::isfinite(value)) throw Error(text("\"", key, "\" is not finite"));
  return value;
}

ImageShape shape_from_json(const Json& json) {
  const Json& shape = json.at("shape");
  const auto side = [&](std::size_t axis) { return integer<int>(Json{{"shape", shape.at(axis)}}, "shape"); };
  return {side(0), side(1), side(2)};
}

// The jet counts of the splits must match those of the shards.
void check_counts(const Manifest& manifest) {
  constexpr std::uint64_t kJetLimit = std::uint64_t{1} << 48;
  std::array<std::uint64_t, 3> jets{};
  for (const ShardEntry& shard : manifest.shards) {
    if (shard.jets > kJetLimit) throw Error(text("shard ", shard.file, " states ", shard.jets, " jets"));
    jets[static_cast<std::size_t>(shard.split)] += shard.jets;
  }
  for (const Split split : kSplits) {
    const auto index = static_cast<std::size_t>(split);
    const auto& counts = manifest.counts[index];
    if (counts[0] > kJetLimit || counts[1] > kJetLimit || counts[0] + counts[1] != jets[index]) {
      throw Error(text("the jet counts of split ", split_name(split), " differ from those of its shards"));
    }
  }
}

Manifest from_json(const Json& json) {
  Manifest manifest;
  manifest.shape = shape_from_json(json);
  for (const Json& channel : list_of(json, "channels")) {
    manifest.channels.push_back({channel.at("name"), channel.at("unit"), channel.at("signed")});
    const Json& statistics = channel.at("statistics");
    manifest.statistics.push_back({finite(statistics, "mean"), finite(statistics, "standard_deviation"),
                                   finite(statistics, "minimum"), finite(statistics, "maximum"),
                                   finite(statistics, "occupancy")});
  }
  if (manifest.shape.channels != static_cast<int>(manifest.channels.size()) || manifest.shape.height < 1 ||
      manifest.shape.width < 1 || manifest.shape.pixels() > 65536) {
    throw Error("it states a shape that does not fit its channels");
  }
  manifest.observer_names = json.at("observers").get<std::vector<std::string>>();
  const Json& preparation = json.at("preparation");
  manifest.zero_threshold = finite(preparation, "zero_threshold");
  manifest.negative_pixels = integer<std::uint64_t>(preparation, "negative_pixels_dropped");
  for (const Split split : kSplits) {
    const Json& counts = json.at("splits").at(std::string(split_name(split)));
    manifest.counts[static_cast<std::size_t>(split)] = {integer<std::uint64_t>(counts, "class_0"),
                                                        integer<std::uint64_t>(counts, "class_1")};
  }
  if (json.contains("split_rule") || json.contains("identities") ||
      json.contains("class_names")) {  // not in older ones
    manifest.split_rule = split_rule_from_name(json.at("split_rule").get<std::string>());
    json.at("identities").get_to(manifest.has_identities);
    json.at("class_names").get_to(manifest.class_names);
  }
  const auto read_column = [&json](const char* key, std::string& column) {  // older ones do not have it
    if (json.contains(key) && !json.at(key).is_null()) json.at(key).get_to(column);
  };
  read_column("label_column", manifest.label_column);
  read_column("weight_column", manifest.weight_column);
  for (const Json& shard : list_of(json, "shards")) manifest.shards.push_back(shard_from_json(shard));
  for (const Json& source : list_of(json, "sources")) {
    manifest.source_files.push_back(
        {source.at("name"), integer<std::uint64_t>(source, "rows"), integer<std::uint64_t>(source, "skipped")});
    manifest.sources.push_back(manifest.source_files.back().name);
  }
  manifest.skipped_rows = list_of(json, "skipped_rows");
  if (json.contains("skipped_reasons")) {  // older stores have neither of these two entries
    for (const auto& [reason, count] : json.at("skipped_reasons").items()) {
      manifest.skipped_reasons[reason] = unsigned_from_json(json.at("skipped_reasons"), reason);
    }
    const Json& report = json.at("skipped_report");
    if (!report.is_null()) manifest.skipped_report = file_from_json(report);
  }
  manifest.command = json.value("command", Json::object());  // older stores do not have it
  if (!manifest.command.is_object()) throw Error("\"command\" is not an object");
  manifest.fingerprint = json.at("fingerprint");
  check_counts(manifest);
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
    if (const std::string kind = unfinished_kind(store); !kind.empty()) throw Error(text(store, ": is ", kind));
    throw Error(text(store, ": is not a jet store (it has no ", kFile, "; make one with jetvit prepare)"));
  }
  Json json = parse_json(read_text_file(path, kManifestLimit), path, kManifestLimit);
  try {
    if (json.at("format") != "jetvit store") throw Error(text(path, ": is not the manifest of a jet store"));
    if (json.at("version") != Manifest::kVersion) {
      throw Error(text(path, ": has version ", printable(json_text(json.at("version"))),
                       ", but this program reads version ", Manifest::kVersion, " (prepare the data again)"));
    }
    Manifest manifest = from_json(json);
    if (json.contains("manifest_sha256")) check_signature(json);
    return manifest;
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(path, ": is damaged (", printable(error.what()), "; prepare the data again)"));
  } catch (const Error& error) {
    const std::string what = error.what();
    if (what.starts_with(path.string())) throw;
    throw Error(text(path, ": is damaged (", what, "; prepare the data again)"));
  }
}

void write_manifest(const std::filesystem::path& store, Manifest& manifest) {
  std::string digests;
  for (const ShardEntry& shard : manifest.shards) digests += shard.sha256;
  manifest.fingerprint = sha256(std::as_bytes(std::span(digests)));
  manifest.sources.clear();
  for (const SourceFile& source : manifest.source_files) manifest.sources.push_back(source.name);
  commit_text(store / kFile, signed_document(to_json(manifest)));
}

bool is_store(const std::filesystem::path& path) {
  return std::filesystem::exists(path / kFile);
}

std::string unfinished_kind(const std::filesystem::path& path) {
  if (std::filesystem::exists(path / kPartFile)) {
    return "part of a jet store (combine the parts with jetvit prepare `merge`)";
  }
  if (std::filesystem::exists(path / kUnfinishedFile)) {
    return "an unfinished jet store (run the same jetvit prepare command again to resume it)";
  }
  return "";
}

}  // namespace jetvit
