#include "prepare/statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace jetvit {

StatisticsAccumulator::StatisticsAccumulator(const ImageShape& shape)
    : shape_(shape), channels_(static_cast<std::size_t>(shape.channels)) {
  for (OfChannel& channel : channels_) {
    channel.minimum = std::numeric_limits<float>::infinity();
    channel.maximum = -std::numeric_limits<float>::infinity();
  }
}

void StatisticsAccumulator::add(const SparseImages& images) {
  for (std::size_t jet = 0; jet < images.size(); ++jet) add(images, jet);
}

void StatisticsAccumulator::add(const SparseImages& images, std::size_t jet) {
  ++jets_;
  for (int index = 0; index < shape_.channels; ++index) {
    OfChannel& channel = channels_[static_cast<std::size_t>(index)];
    const SparseChannel pixels = images.channel(jet, index);
    for (const float value : pixels.value) {
      channel.sum.add(value);
      channel.minimum = std::min(channel.minimum, value);
      channel.maximum = std::max(channel.maximum, value);
    }
    channel.pixels += pixels.value.size();
    if (static_cast<std::int64_t>(pixels.value.size()) == shape_.pixels()) ++channel.full_jets;
  }
}

void StatisticsAccumulator::merge(const StatisticsAccumulator& other) {
  jets_ += other.jets_;
  for (std::size_t index = 0; index < channels_.size(); ++index) {
    OfChannel& channel = channels_[index];
    const OfChannel& from = other.channels_[index];
    channel.sum.merge(from.sum);
    channel.minimum = std::min(channel.minimum, from.minimum);
    channel.maximum = std::max(channel.maximum, from.maximum);
    channel.pixels += from.pixels;
    channel.full_jets += from.full_jets;
  }
}

std::vector<ChannelStatistics> StatisticsAccumulator::result() const {
  std::vector<ChannelStatistics> out(channels_.size());
  if (jets_ == 0) return out;
  const double count = static_cast<double>(jets_) * static_cast<double>(shape_.pixels());
  for (std::size_t index = 0; index < channels_.size(); ++index) {
    const OfChannel& channel = channels_[index];
    const bool has_empty = channel.full_jets < jets_;
    ChannelStatistics& statistics = out[index];
    statistics.mean = channel.sum.sum() / count;
    const double variance = channel.sum.sum_of_squares() / count - statistics.mean * statistics.mean;
    statistics.standard_deviation = std::sqrt(std::max(variance, 0.0));
    statistics.minimum = has_empty ? std::min(channel.minimum, 0.0F) : channel.minimum;
    statistics.maximum = has_empty ? std::max(channel.maximum, 0.0F) : channel.maximum;
    statistics.occupancy = static_cast<double>(channel.pixels) / static_cast<double>(jets_);
  }
  return out;
}

Json StatisticsAccumulator::to_json() const {
  Json channels = Json::array();
  for (const OfChannel& channel : channels_) {
    Json bins = Json::array();
    for (const ExactSum::Bin& bin : channel.sum.bins()) {
      bins.push_back({bin.exponent, bin.sum, bin.squares_high, bin.squares_low});
    }
    channels.push_back({{"minimum_bits", std::bit_cast<std::uint32_t>(channel.minimum)},
                        {"maximum_bits", std::bit_cast<std::uint32_t>(channel.maximum)},
                        {"pixels", channel.pixels},
                        {"full_jets", channel.full_jets},
                        {"sums", bins}});
  }
  return {{"jets", jets_}, {"channels", channels}};
}

StatisticsAccumulator StatisticsAccumulator::from_json(const Json& json, const ImageShape& shape) {
  StatisticsAccumulator out(shape);
  out.jets_ = json.at("jets").get<std::uint64_t>();
  const Json& channels = json.at("channels");
  if (channels.size() != out.channels_.size()) throw Error("it holds statistics for a different number of channels");
  for (std::size_t index = 0; index < channels.size(); ++index) {
    const Json& from = channels.at(index);
    OfChannel& channel = out.channels_[index];
    channel.minimum = std::bit_cast<float>(from.at("minimum_bits").get<std::uint32_t>());
    channel.maximum = std::bit_cast<float>(from.at("maximum_bits").get<std::uint32_t>());
    channel.pixels = from.at("pixels");
    channel.full_jets = from.at("full_jets");
    for (const Json& bin : from.at("sums")) channel.sum.add(ExactSum::Bin{bin.at(0), bin.at(1), bin.at(2), bin.at(3)});
  }
  return out;
}

}  // namespace jetvit
