#include "pictures/sparse_builder.h"

#include <array>

namespace jetvit {
namespace {

// The values of all grey levels; which is empty detector is 0.
std::array<float, 256> level_table(bool is_signed) {
  std::array<float, 256> table{};
  for (std::size_t level = 0; level < table.size(); ++level) {
    table[level] = level_value(static_cast<std::uint8_t>(level), is_signed);
  }
  return table;
}

// Appends the channel whose pixel p has the value value_of(p).
template <class ValueOf>
void append_channel(SparseImages& images, ValueOf value_of) {
  const auto pixels = static_cast<std::size_t>(images.shape.pixels());
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    const float value = value_of(pixel);
    if (value == 0) continue;
    images.pixel.push_back(static_cast<std::uint16_t>(pixel));
    images.value.push_back(value);
  }
  images.offset.push_back(images.pixel.size());
}

}  // namespace

float level_value(std::uint8_t level, bool is_signed) {
  return is_signed ? (static_cast<float>(level) - 128.0F) / 127.0F : static_cast<float>(level) / 255.0F;
}

void append_rgb(const Picture& picture, const std::vector<Channel>& channels, SparseImages& images) {
  const auto height = static_cast<std::size_t>(images.shape.height);
  const auto width = static_cast<std::size_t>(images.shape.width);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const std::array<float, 256> table = level_table(channels[channel].is_signed);
    const std::uint8_t* colour = picture.bytes.data() + 2 - channel;
    append_channel(images,
                   [&](std::size_t pixel) { return table[colour[3 * (pixel % width * height + pixel / width)]]; });
  }
}

void append_grey(std::span<const Picture> pictures, const std::vector<Channel>& channels, SparseImages& images) {
  for (std::size_t channel = 0; channel < pictures.size(); ++channel) {
    const std::array<float, 256> table = level_table(channels[channel].is_signed);
    const std::uint8_t* levels = pictures[channel].bytes.data();
    append_channel(images, [&](std::size_t pixel) { return table[levels[pixel]]; });
  }
}

void append_values(std::span<const float> values, SparseImages& images) {
  const auto channels = static_cast<std::size_t>(images.shape.channels);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    append_channel(images, [&](std::size_t pixel) { return values[pixel * channels + channel]; });
  }
}

}  // namespace jetvit
