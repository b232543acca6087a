#include "prepare/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

}  // namespace jetvit
