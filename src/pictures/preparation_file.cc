#include "pictures/preparation_file.h"

#include "base/error.h"
#include "base/file.h"
#include "base/options.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::uint64_t kSizeLimit = std::uint64_t{64} << 20;

std::vector<Channel> parse_channels(const Json& json) {
  std::vector<Channel> channels;
  for (const Json& channel : json.at("channels")) {
    channels.push_back({channel.at("name").get<std::string>(), "", channel.at("signed").get<bool>()});
  }
  return channels;
}

std::uint64_t count_of(const Json& json) {
  if (!json.is_number_unsigned()) throw Error(text("it states ", printable(json_text(json)), " instead of a count"));
  return json.get<std::uint64_t>();
}

std::vector<RecordShard> parse_shards(const Json& json) {
  std::vector<RecordShard> shards;
  for (const Json& shard : json) {
    shards.push_back({shard.at("file"), count_of(shard.at("jets")), count_of(shard.at("bytes")), shard.at("sha256")});
  }
  return shards;
}

PreparationFile parse(const Json& json) {
  PreparationFile out;
  out.channels = parse_channels(json);
  if (json.contains("class_names")) out.class_names = json.at("class_names").get<ClassNames>();
  if (json.contains("classes")) {
    const Json& classes = json.at("classes");
    out.classes = {count_of(classes.at("0")), count_of(classes.at("1"))};
  }
  if (json.contains("shards")) out.shards = parse_shards(json.at("shards"));
  return out;
}

}  // namespace

std::optional<PreparationFile> read_preparation(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kPreparationName;
  if (!std::filesystem::exists(file)) return std::nullopt;
  const std::string document = read_text_file(file, kSizeLimit);
  try {
    return parse(Json::parse(document));
  } catch (const Json::exception& error) {
    throw Error(text(file, ": is damaged (", printable(error.what()), ")"));
  } catch (const Error& error) {
    throw Error(text(file, ": is damaged (", error.what(), ")"));
  }
}

std::vector<Channel> picture_channels(const std::filesystem::path& folder, int count) {
  const std::optional<PreparationFile> stated = read_preparation(folder);
  if (!stated) {
    std::vector<Channel> channels = channels_for(count);
    for (Channel& channel : channels) channel = {channel.name, "", false};
    return channels;
  }
  if (stated->channels.size() != static_cast<std::size_t>(count)) {
    throw Error(text(folder / kPreparationName, ": describes ", stated->channels.size(),
                     " channels, but the pictures have ", count));
  }
  return stated->channels;
}

}  // namespace jetvit
