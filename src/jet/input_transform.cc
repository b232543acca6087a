#include "jet/input_transform.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::array<std::string_view, 3> kPartNames = {"all", "positive", "negative"};
constexpr std::array<std::string_view, 3> kFunctionNames = {"identity", "sqrt", "log1p"};

template <class Enum, std::size_t count>
Enum enum_from_name(const std::array<std::string_view, count>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw Error(text("input transform: unknown name \"", printable(name), "\""));
  return static_cast<Enum>(found - names.begin());
}

float odd(PixelFunction function, float value) {
  switch (function) {
    case PixelFunction::kSqrt:
      return std::copysign(std::sqrt(std::abs(value)), value);
    case PixelFunction::kLog1p:
      return std::copysign(std::log1p(std::abs(value)), value);
    case PixelFunction::kIdentity:
      break;
  }
  return value;
}

// JSON has no infinities: a missing bound is null.
Json bound_to_json(float bound) {
  return std::isinf(bound) ? Json() : Json(bound);
}

Plane plane_for(int channel, const ChannelStatistics& statistics, const std::string& function) {
  Plane plane{.channel = channel};
  const double spread = statistics.standard_deviation;
  if (function == "sqrt") {
    plane.function = PixelFunction::kSqrt;
  } else if (function == "log1p") {
    plane.function = PixelFunction::kLog1p;
  } else if (function == "min-max") {
    const double width = statistics.maximum - statistics.minimum;
    if (width > 0) {
      plane.scale = static_cast<float>(1 / width);
      plane.offset = static_cast<float>(-statistics.minimum / width);
    }
  } else if (function == "z-score" || function == "clip") {
    if (spread > 0) {
      plane.scale = static_cast<float>(1 / spread);
      plane.offset = static_cast<float>(-statistics.mean / spread);
    }
    if (function == "clip" && spread > 0) {
      constexpr double kSigmas = 500;  // the bound of the published study
      plane.clip_low = static_cast<float>(statistics.mean - kSigmas * spread);
      plane.clip_high = static_cast<float>(statistics.mean + kSigmas * spread);
    }
  } else if (function != "identity") {
    throw UsageError(
        text("transform \"", printable(function), "\" is not one of identity, sqrt, log1p, min-max, z-score, clip"));
  }
  return plane;
}

}  // namespace

float Plane::apply(float value) const {
  if (part == Part::kPositive) value = std::max(value, 0.0F);
  if (part == Part::kNegative) value = std::max(-value, 0.0F);
  return scale * odd(function, std::clamp(value, clip_low, clip_high)) + offset;
}

Json to_json(const InputTransform& transform) {
  Json channels = Json::array();
  for (const Channel& channel : transform.channels) {
    channels.push_back({{"name", channel.name}, {"unit", channel.unit}, {"signed", channel.is_signed}});
  }
  Json planes = Json::array();
  for (const Plane& plane : transform.planes) {
    planes.push_back({{"channel", plane.channel},
                      {"part", kPartNames[static_cast<std::size_t>(plane.part)]},
                      {"function", kFunctionNames[static_cast<std::size_t>(plane.function)]},
                      {"clip_low", bound_to_json(plane.clip_low)},
                      {"clip_high", bound_to_json(plane.clip_high)},
                      {"scale", plane.scale},
                      {"offset", plane.offset}});
  }
  return {{"channels", channels}, {"zero_threshold", transform.zero_threshold}, {"planes", planes}};
}

InputTransform input_transform_from_json(const Json& json) {
  try {
    InputTransform transform;
    for (const Json& channel : json.at("channels")) {
      transform.channels.push_back({channel.at("name"), channel.at("unit"), channel.at("signed")});
    }
    transform.zero_threshold = json.at("zero_threshold");
    for (const Json& item : json.at("planes")) {
      Plane plane;
      plane.channel = item.at("channel");
      if (plane.channel < 0 || plane.channel >= static_cast<int>(transform.channels.size())) {
        throw Error(text("input transform: channel ", plane.channel, " of ", transform.channels.size()));
      }
      plane.part = enum_from_name<Part>(kPartNames, item.at("part"));
      plane.function = enum_from_name<PixelFunction>(kFunctionNames, item.at("function"));
      if (!item.at("clip_low").is_null()) plane.clip_low = item.at("clip_low");
      if (!item.at("clip_high").is_null()) plane.clip_high = item.at("clip_high");
      plane.scale = item.at("scale");
      plane.offset = item.at("offset");
      transform.planes.push_back(plane);
    }
    return transform;
  } catch (const nlohmann::json::exception& error) {
    throw Error(text("input transform: ", printable(error.what())));
  }
}

InputTransform make_input_transform(const std::vector<Channel>& channels,
                                    const std::vector<ChannelStatistics>& statistics,
                                    const std::vector<std::string>& functions, bool split_signed,
                                    double zero_threshold) {
  if (functions.size() != 1 && functions.size() != channels.size()) {
    throw UsageError(text("transform names ", functions.size(), " functions for ", channels.size(),
                          " channels (give one for all, or one per channel)"));
  }
  InputTransform transform{.channels = channels, .zero_threshold = static_cast<float>(zero_threshold), .planes = {}};
  for (std::size_t channel = 0; channel < channels.size(); ++channel) {
    const std::string& function = functions.size() == 1 ? functions[0] : functions[channel];
    Plane plane = plane_for(static_cast<int>(channel), statistics.at(channel), function);
    if (channels[channel].is_signed && split_signed) {
      // Zero stays zero in both parts: the two planes encode the sign, so they share the scale and have no offset.
      plane.offset = 0;
      plane.clip_low = -std::numeric_limits<float>::infinity();
      plane.part = Part::kPositive;
      transform.planes.push_back(plane);
      plane.part = Part::kNegative;
    }
    transform.planes.push_back(plane);
  }
  return transform;
}

}  // namespace jetvit
