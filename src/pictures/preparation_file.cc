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

}  // namespace

std::vector<Channel> picture_channels(const std::filesystem::path& folder, int count) {
  const std::filesystem::path file = folder / kPreparationName;
  if (!std::filesystem::exists(file)) {
    std::vector<Channel> channels = channels_for(count);
    for (Channel& channel : channels) channel = {channel.name, "", false};
    return channels;
  }
  std::vector<Channel> channels;
  try {
    channels = parse_channels(Json::parse(read_text_file(file, kSizeLimit)));
  } catch (const Json::exception& error) {
    throw Error(text(file, ": is damaged (", printable(error.what()), ")"));
  }
  if (channels.size() != static_cast<std::size_t>(count)) {
    throw Error(text(file, ": describes ", channels.size(), " channels, but the pictures have ", count));
  }
  return channels;
}

}  // namespace jetvit
