#include "pictures/sparse_builder.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>

#include "base/random_stream.h"

namespace jetvit {
namespace {

constexpr int kPictureSides[][2] = {{1, 1}, {1, 97}, {33, 1}, {5, 7}, {32, 32}, {31, 13}, {125, 125}};

std::vector<Channel> some_channels(int count, std::uint64_t signed_bits) {
  std::vector<Channel> channels = channels_for(count);
  for (std::size_t channel = 0; channel < channels.size(); ++channel) {
    channels[channel].is_signed = (signed_bits >> channel & 1) != 0;
  }
  return channels;
}

// The value of a level by definition: 0 to 255 mean 0 to 1; in signed channels, 1 to 128 to 255 mean -1 to 0 to 1.
float meaning(std::uint8_t level, const Channel& channel) {
  return channel.is_signed ? (static_cast<float>(level) - 128) / 127 : static_cast<float>(level) / 255;
}

// A random level, mostly that of the empty detector.
std::uint8_t some_level(RandomStream& random, const Channel& channel) {
  if (random.below(20) == 0) return static_cast<std::uint8_t>(random.below(256));
  return channel.is_signed ? 128 : 0;
}

// Compares the last jet with dense values (channel, row, column).
void expect_last_jet(const SparseImages& images, const std::vector<float>& dense) {
  const auto pixels = static_cast<std::size_t>(images.shape.pixels());
  for (int channel = 0; channel < images.shape.channels; ++channel) {
    std::vector<std::uint16_t> pixel;
    std::vector<float> value;
    for (std::size_t position = 0; position < pixels; ++position) {
      const float dense_value = dense[static_cast<std::size_t>(channel) * pixels + position];
      if (dense_value == 0) continue;
      pixel.push_back(static_cast<std::uint16_t>(position));
      value.push_back(dense_value);
    }
    const SparseChannel found = images.channel(images.size() - 1, channel);
    ASSERT_THAT(found.pixel, testing::ElementsAreArray(pixel)) << "channel " << channel;
    ASSERT_THAT(found.value, testing::ElementsAreArray(value)) << "channel " << channel;
  }
}

TEST(SparseBuilder, RgbPicturesAreTransposedAndTheirColorsChannels) {
  RandomStream random{{1, 1}};
  SparseBuilder builder;
  for (const auto& [height, width] : kPictureSides) {
    for (std::uint64_t signed_bits = 0; signed_bits < 8; ++signed_bits) {
      SCOPED_TRACE(testing::Message() << height << " x " << width << ", signed " << signed_bits);
      const std::vector<Channel> channels = some_channels(3, signed_bits);
      SparseImages images;
      images.shape = {3, height, width};
      for (int jet = 0; jet < 3; ++jet) {
        Picture picture{
            width, height, 3, std::vector<std::uint8_t>(static_cast<std::size_t>(images.shape.values())), {}};
        std::vector<float> dense(picture.bytes.size());
        for (int row = 0; row < height; ++row) {
          for (int column = 0; column < width; ++column) {
            for (int channel = 0; channel < 3; ++channel) {
              const std::uint8_t level = some_level(random, channels[static_cast<std::size_t>(channel)]);
              picture.bytes[static_cast<std::size_t>(3 * (column * height + row) + 2 - channel)] = level;
              dense[static_cast<std::size_t>((channel * height + row) * width + column)] =
                  meaning(level, channels[static_cast<std::size_t>(channel)]);
            }
          }
        }
        builder.append_rgb(picture, channels, images);
        expect_last_jet(images, dense);
      }
    }
  }
}

TEST(SparseBuilder, GrayPicturesAreChannels) {
  RandomStream random{{1, 2}};
  SparseBuilder builder;
  const std::vector<Channel> channels = some_channels(4, 0b0101);
  for (const auto& [height, width] : kPictureSides) {
    SCOPED_TRACE(testing::Message() << height << " x " << width);
    SparseImages images;
    images.shape = {4, height, width};
    for (int jet = 0; jet < 3; ++jet) {
      std::vector<float> dense;
      for (const Channel& channel : channels) {
        Picture picture{
            height, width, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(images.shape.pixels())), {}};
        for (std::uint8_t& level : picture.bytes) {
          level = some_level(random, channel);
          dense.push_back(meaning(level, channel));
        }
        builder.append_gray(picture, channel, images);
      }
      expect_last_jet(images, dense);
    }
  }
}

TEST(SparseBuilder, ValuesAreSplitIntoChannels) {
  RandomStream random{{1, 3}};
  SparseBuilder builder;
  for (const int channels : {1, 3, 8}) {
    for (const auto& [height, width] : kPictureSides) {
      SCOPED_TRACE(testing::Message() << channels << " x " << height << " x " << width);
      SparseImages images;
      images.shape = {channels, height, width};
      const auto pixels = static_cast<std::size_t>(images.shape.pixels());
      std::vector<float> values(static_cast<std::size_t>(images.shape.values()));
      std::vector<float> dense(values.size());
      for (std::size_t position = 0; position < values.size(); ++position) {
        const std::uint64_t kind = random.below(40);
        values[position] = kind == 0 ? -0.0F : kind < 3 ? static_cast<float>(random.uniform(-5, 5)) : 0.0F;
        const auto channel = position % static_cast<std::size_t>(channels);
        dense[channel * pixels + position / static_cast<std::size_t>(channels)] = values[position];
      }
      ASSERT_EQ(builder.append_values(values, images), nullptr);
      expect_last_jet(images, dense);
    }
  }
}

TEST(SparseBuilder, ValuesThatAreNotFiniteAddNothing) {
  SparseBuilder builder;
  SparseImages images;
  images.shape = {1, 9, 11};
  std::vector<float> values(99);
  values[40] = 2;
  const float infinity = std::numeric_limits<float>::infinity();
  for (std::size_t position = 0; position < values.size(); ++position) {
    std::vector<float> damaged = values;
    damaged[position] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_STREQ(builder.append_values(damaged, images), "NaN");
    damaged[position] = -infinity;
    EXPECT_STREQ(builder.append_values(damaged, images), "infinite value");
  }
  values[7] = infinity;
  values[8] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_STREQ(builder.append_values(values, images), "infinite value");  // the first
  EXPECT_EQ(images.size(), 0U);
  EXPECT_TRUE(images.pixel.empty());
}

}  // namespace
}  // namespace jetvit
