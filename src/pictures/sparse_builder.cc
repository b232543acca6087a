#include "pictures/sparse_builder.h"

#include <array>
#include <cmath>

#include "pictures/nonempty_pixels.h"

namespace jetvit {
namespace {

using LevelTable = std::array<float, 256>;

constexpr LevelTable level_table(bool is_signed) {
  LevelTable table{};
  for (int level = 0; level < 256; ++level) {
    table[static_cast<std::size_t>(level)] =
        is_signed ? (static_cast<float>(level) - 128.0F) / 127.0F : static_cast<float>(level) / 255.0F;
  }
  return table;
}

constexpr LevelTable kUnsignedLevels = level_table(false);
constexpr LevelTable kSignedLevels = level_table(true);

const LevelTable& levels_of(const Channel& channel) {
  return channel.is_signed ? kSignedLevels : kUnsignedLevels;
}

// The level that means 0.
std::uint8_t empty_level(const Channel& channel) {
  return channel.is_signed ? 128 : 0;
}

}  // namespace

// Appends a jet with the pixels in found_, sorted with a counting sort. Each channel has `lines_of_channel` lines. The
// pixels of a line were found in increasing order.
void SparseBuilder::append_found(std::size_t channels, std::size_t lines_of_channel, SparseImages& images) {
  const std::size_t begin = images.pixel.size();
  count_.assign(channels * lines_of_channel + 1, 0);
  for (const Pixel& found : found_) ++count_[found.line + 1];
  count_[0] = begin;
  for (std::size_t line = 1; line < count_.size(); ++line) count_[line] += count_[line - 1];
  for (std::size_t channel = 1; channel <= channels; ++channel) {
    images.offset.push_back(count_[channel * lines_of_channel]);
  }
  images.pixel.resize(begin + found_.size());
  images.value.resize(begin + found_.size());
  for (const Pixel& found : found_) {
    const std::size_t position = count_[found.line]++;
    images.pixel[position] = found.pixel;
    images.value[position] = found.value;
  }
}

void SparseBuilder::append_rgb(const Picture& picture, const std::vector<Channel>& channels, SparseImages& images) {
  const auto height = static_cast<std::size_t>(images.shape.height);  // the picture's width
  const auto width = static_cast<std::size_t>(images.shape.width);
  EmptyPixels<std::uint8_t> empty;
  for (std::size_t byte = 0; byte < empty.size(); ++byte) empty[byte] = empty_level(channels[2 - byte % 3]);
  std::array<const LevelTable*, 3> levels{};
  for (std::size_t channel = 0; channel < 3; ++channel) levels[channel] = &levels_of(channels[channel]);
  found_.clear();
  std::size_t column = 0;  // column of the jet image = row of the picture
  std::size_t column_begin = 0;
  visit_nonempty_pixels(picture.bytes.data(), picture.bytes.size(), empty, [&](std::size_t position) {
    while (position - column_begin >= 3 * height) {
      column_begin += 3 * height;
      ++column;
    }
    const std::size_t row = (position - column_begin) / 3;
    const std::size_t channel = 2 - (position - column_begin) % 3;
    found_.push_back({static_cast<std::uint32_t>(channel * height + row),
                      static_cast<std::uint16_t>(row * width + column), (*levels[channel])[picture.bytes[position]]});
  });
  append_found(3, height, images);
}

void SparseBuilder::append_gray(const Picture& picture, const Channel& channel, SparseImages& images) {
  EmptyPixels<std::uint8_t> empty;
  empty.fill(empty_level(channel));
  const LevelTable& levels = levels_of(channel);
  visit_nonempty_pixels(picture.bytes.data(), picture.bytes.size(), empty, [&](std::size_t pixel) {
    images.pixel.push_back(static_cast<std::uint16_t>(pixel));
    images.value.push_back(levels[picture.bytes[pixel]]);
  });
  images.offset.push_back(images.pixel.size());
}

const char* SparseBuilder::append_values(std::span<const float> values, SparseImages& images) {
  const auto channels = static_cast<std::size_t>(images.shape.channels);
  const char* fault = nullptr;
  found_.clear();
  visit_nonempty_pixels(values.data(), values.size(), EmptyPixels<float>{}, [&](std::size_t position) {
    const float value = values[position];
    if (value == 0) return;  // negative zero
    if (!std::isfinite(value) && fault == nullptr) fault = std::isnan(value) ? "NaN" : "infinite value";
    found_.push_back(
        {static_cast<std::uint32_t>(position % channels), static_cast<std::uint16_t>(position / channels), value});
  });
  if (fault == nullptr) append_found(channels, 1, images);
  return fault;
}

}  // namespace jetvit
