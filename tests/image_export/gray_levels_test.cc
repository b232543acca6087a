#include "image_export/gray_levels.h"

#include <gmock/gmock.h>

namespace jetvit {
namespace {

using ::testing::ElementsAre;

std::vector<double> levels(const std::vector<float>& values, const ChannelScale& scale, std::size_t pixels) {
  std::vector<std::uint16_t> pixel;
  for (std::size_t index = 0; index < values.size(); ++index) pixel.push_back(static_cast<std::uint16_t>(index));
  GrayLevels of;
  of.compute({pixel, values}, scale, 1e-3, pixels);
  return of.level();
}

TEST(GrayLevels, StretchesToTheLargestValueAndDropsThoseBelowTheThreshold) {
  EXPECT_THAT(levels({4, 2, 0.0005F, -3}, {0, 2, false}, 100), ElementsAre(255, 127.5));
  // (4 - 1) / 2 and (2 - 1) / 2; values below the mean are black
  EXPECT_THAT(levels({4, 2, 0.5F}, {1, 2, false}, 100), ElementsAre(255, 85, 0));
}

TEST(GrayLevels, AChannelWithoutSignalGivesNothing) {
  EXPECT_TRUE(levels({}, {0.1, 1, false}, 100).empty());
  EXPECT_TRUE(levels({4, 2}, {0, 0, false}, 100).empty());
  EXPECT_TRUE(levels({0.5F, 0.25F}, {1, 2, false}, 100).empty());
}

TEST(GrayLevels, ClipsAtFiveHundredDeviationsOfTheJet) {
  // A uniform image has no deviation, so the study's clip removes everything.
  EXPECT_TRUE(levels(std::vector<float>(100, 4.0F), {1, 2, false}, 100).empty());
  // Nearly uniform, z = 1 or 1 + 2^-10: the deviation is 2^-11, and the limit of 500 deviations is below all values.
  std::vector<float> nearly(100, 1.0F);
  for (std::size_t index = 0; index < nearly.size(); index += 2) nearly[index] = 1.0F + 0x1p-10F;
  EXPECT_THAT(levels(nearly, {0, 1, false}, 100), ::testing::Each(255));
}

TEST(GrayLevels, SignedChannelsKeepTheirSign) {
  const ChannelScale scale = {7, 2, true};  // the mean of a signed channel is not subtracted
  EXPECT_THAT(levels({4, -2, 0.0005F, -8}, scale, 100), ElementsAre(63.5, -31.75, -127));
  EXPECT_EQ(gray(0, scale), 128);
  EXPECT_EQ(gray(-127, scale), 1);
  EXPECT_EQ(gray(127, scale), 255);
  EXPECT_EQ(gray(-31.75, scale), 96);
}

TEST(GrayLevels, RowsAreStretchedAsPixelsAre) {
  const std::vector<double> row = {0, 10, 2.5, -40, 39, 0, 0, 0};
  EXPECT_EQ(largest_level(row), 40);
  std::vector<std::uint8_t> out(row.size());
  stretch_to_gray(row, 40, {0, 1, true}, out.data());
  EXPECT_THAT(out, ElementsAre(128, 160, 136, 1, 252, 128, 128, 128));
  const std::vector<double> positive = {0, 10, 40, 39.99};
  out.resize(4);
  stretch_to_gray(positive, 40, {0, 1, false}, out.data());
  EXPECT_THAT(out, ElementsAre(0, 63, 255, 254));
}

}  // namespace
}  // namespace jetvit
