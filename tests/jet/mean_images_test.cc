#include "jet/mean_images.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

// A 2 x 2 image with 2 channels. Each channel has `value` at one pixel: `first` in channel 0, `second` in channel 1.
struct OnePixel {
  std::uint16_t first, second;
  float value;
};

SparseImages images_of(const std::vector<OnePixel>& jets) {
  SparseImages images;
  images.shape = {2, 2, 2};
  for (const OnePixel& jet : jets) {
    for (const std::uint16_t pixel : {jet.first, jet.second}) {
      images.pixel.push_back(pixel);
      images.value.push_back(jet.value);
      images.offset.push_back(images.pixel.size());
    }
  }
  return images;
}

MeanImages mean_of(const SparseImages& images) {
  MeanImages means(images.shape);
  for (std::size_t jet = 0; jet < images.size(); ++jet) means.add(images, jet);
  return means;
}

TEST(MeanImages, AddsUpPixelByPixelInEveryChannel) {
  const MeanImages means = mean_of(images_of({{0, 3, 8}, {0, 1, 2}, {2, 1, -4}, {0, 3, 6}}));
  EXPECT_EQ(means.mean(0), (ChannelImage{4, 0, -1, 0}));
  EXPECT_EQ(means.mean(1), (ChannelImage{0, -0.5, 0, 3.5}));
}

// A jet of weight 3 is three jets; weights without a positive sum have no mean.
TEST(MeanImages, WeightsCount) {
  const SparseImages images = images_of({{0, 3, 8}, {0, 1, 2}, {2, 1, -4}});
  MeanImages weighted(images.shape);
  weighted.add(images, 0, 3);
  weighted.add(images, 1, 0);
  weighted.add(images, 2);
  EXPECT_EQ(weighted.mean(0), mean_of(images_of({{0, 3, 8}, {0, 3, 8}, {0, 3, 8}, {2, 1, -4}})).mean(0));
  weighted.add(images, 1, -5);
  EXPECT_EQ(weighted.mean(0), ChannelImage(4, 0));
}

TEST(MeanImages, NoJetHasNoSignal) {
  EXPECT_EQ(MeanImages({1, 2, 2}).mean(0), ChannelImage(4, 0));
}

TEST(MeanImages, DifferenceHasTheSignOfTheSecond) {
  EXPECT_EQ(difference({1, 2, 0, 5}, {1, 5, 3, 0}), (ChannelImage{0, 3, 3, -5}));
}

// The sums are rounded differently, but the data are the same.
TEST(MeanImages, SameJetsInAnotherOrderHaveNoDifference) {
  std::vector<OnePixel> jets;
  for (int jet = 0; jet < 1000; ++jet) {
    const float size = (jet % 7 == 0 ? 1e5F : 1e-5F) / static_cast<float>(jet + 1);
    jets.push_back({0, 1, size});
  }
  const ChannelImage forward = mean_of(images_of(jets)).mean(0);
  std::reverse(jets.begin(), jets.end());
  const ChannelImage backward = mean_of(images_of(jets)).mean(0);
  EXPECT_NE(forward, backward) << "the test needs sums that are rounded";
  EXPECT_EQ(difference(forward, backward), ChannelImage(4, 0));
}

}  // namespace
}  // namespace jetvit
