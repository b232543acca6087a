#include "generate/camera.h"

#include <array>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

constexpr std::size_t kSide = 125;

// A detector with a jet: some towers, crystals and tracks around tower (row, column).
Detector detector_with_jet(int row, int column) {
  Detector detector(false);
  RandomStream random({11});
  for (int index = 0; index < 40; ++index) {
    const int i = row - 6 + static_cast<int>(random.below(13)), j = column - 6 + static_cast<int>(random.below(13));
    const int wrapped = (j + kTowerColumns) % kTowerColumns;
    detector.hcal[static_cast<std::size_t>(i * kTowerColumns + wrapped)] = static_cast<float>(random.uniform(1, 9));
    const int crystal_row = i * kTile + 2, crystal_column = wrapped * kTile + 3;
    detector.ecal[static_cast<std::size_t>(crystal_row * kColumns + crystal_column)] =
        static_cast<float>(random.uniform(0.5, 5));
    detector.tracks.push_back({random.uniform(1, 20), 0, 0, crystal_row, crystal_column, 0, 0});
  }
  detector.hcal[static_cast<std::size_t>(row * kTowerColumns + column)] = 50;
  return detector;
}

// The direction of the center of tower (row, column).
double eta_of(int row) {
  return 0.087 * (row - kTowerRows / 2 + 0.5);
}
double phi_of(int column) {
  return 2 * std::numbers::pi * (column + 0.5) / kTowerColumns;
}

SparseImages picture(const Detector& detector, int row, int column) {
  SparseImages images;
  images.shape = {3, 125, 125};
  RandomStream random({12});
  EXPECT_TRUE(append_picture(detector, false, eta_of(row), phi_of(column), random, images));
  return images;
}

std::vector<float> dense(const SparseChannel& channel) {
  std::vector<float> out(kSide * kSide, 0.0F);
  for (std::size_t entry = 0; entry < channel.pixel.size(); ++entry) out[channel.pixel[entry]] = channel.value[entry];
  return out;
}

// The detector is symmetric about the beam, including where phi wraps around.
TEST(Camera, ImagesDoNotDependOnPhi) {
  const SparseImages middle = picture(detector_with_jet(30, 36), 30, 36);
  for (const int column : {0, 3, 71}) {
    const SparseImages rotated = picture(detector_with_jet(30, column), 30, column);
    EXPECT_EQ(middle.offset, rotated.offset);
    EXPECT_EQ(middle.pixel, rotated.pixel);
    EXPECT_EQ(middle.value, rotated.value);
  }
}

// Two towers from the jet axis is within the search window. The 25 pixels of a tower share its energy.
TEST(Camera, TheHottestTowerIsInTheMiddle) {
  const SparseImages images = picture(detector_with_jet(30, 36), 32, 34);
  const std::vector<float> hcal = dense(images.channel(0, 2));
  for (std::size_t row = 60; row < 65; ++row) {
    for (std::size_t column = 60; column < 65; ++column) {
      EXPECT_NEAR(hcal[row * kSide + column], 50.0F / 25, 5 * 0.2 / 25);  // noise of 0.2 GeV per tower
    }
  }
}

// The image contains the full energy of the towers in the window (noise of 0.2 GeV on 40 of them) and the pT of tracks.
TEST(Camera, EnergyIsKept) {
  const Detector detector = detector_with_jet(30, 36);
  const SparseImages images = picture(detector, 30, 36);
  double towers = 0, tower_pixels = 0, tracks = 0, track_pixels = 0, crystals = 0, crystal_pixels = 0;
  for (const float energy : detector.hcal) towers += static_cast<double>(energy);
  for (const float energy : detector.ecal) crystals += static_cast<double>(energy);
  for (const Track& track : detector.tracks) tracks += track.pt;
  for (const float value : images.channel(0, 0).value) track_pixels += static_cast<double>(value);
  const std::vector<float> ecal = dense(images.channel(0, 1));
  for (std::size_t pixel = 0; pixel < ecal.size(); ++pixel) {
    if (ecal[pixel] > 0.4F) crystal_pixels += static_cast<double>(ecal[pixel]);  // no noise without energy
  }
  for (const float value : images.channel(0, 2).value) tower_pixels += static_cast<double>(value);
  EXPECT_NEAR(track_pixels, tracks, 1e-5 * tracks);
  EXPECT_NEAR(tower_pixels, towers, 5 * 0.2 * std::sqrt(41));
  EXPECT_NEAR(crystal_pixels, crystals, 5 * 0.0412 * std::sqrt(40));
}

// Tracks in one pixel: their pT is summed, their significances are averaged (jet/channels.h).
TEST(Camera, TracksOfAPixelAreSummedAndAveraged) {
  Detector detector(true);
  detector.hcal[static_cast<std::size_t>(30 * kTowerColumns + 36)] = 50;
  const int row = 30 * kTile + 2, column = 36 * kTile + 2;  // the center of the window
  detector.tracks = {{5, 0, 0, row, column, 1, 4}, {7, 0, 0, row, column, 3, -1}, {2, 0, 0, row, column + 1, -6, 0.5}};
  SparseImages images;
  images.shape = {8, 125, 125};
  RandomStream random({14});
  ASSERT_TRUE(append_picture(detector, true, eta_of(30), phi_of(36), random, images));
  const std::size_t center = 62 * kSide + 62;
  const std::vector<float> pt = dense(images.channel(0, 0)), d0 = dense(images.channel(0, 1)),
                           dz = dense(images.channel(0, 2));
  EXPECT_EQ(pt[center], 12);
  EXPECT_EQ(d0[center], 2);
  EXPECT_EQ(dz[center], 1.5F);
  EXPECT_EQ(pt[center + 1], 2);
  EXPECT_EQ(d0[center + 1], -6);
  EXPECT_EQ(dz[center + 1], 0.5F);
}

TEST(Camera, TowersAreConstantBlocksOfFiveByFive) {
  const std::vector<float> hcal = dense(picture(detector_with_jet(28, 2), 28, 2).channel(0, 2));
  for (std::size_t row = 0; row < kSide; ++row) {
    for (std::size_t column = 0; column < kSide; ++column) {
      ASSERT_EQ(hcal[row * kSide + column], hcal[row / 5 * 5 * kSide + column / 5 * 5]);
    }
  }
}

// The window extends twelve towers to each side.
TEST(Camera, WindowsThatLeaveTheDetectorGiveNoPicture) {
  SparseImages images;
  images.shape = {3, 125, 125};
  RandomStream random({13});
  for (const int row : {11, 44}) {
    Detector detector(false);
    detector.hcal[static_cast<std::size_t>(row * kTowerColumns + 10)] = 50;
    EXPECT_FALSE(append_picture(detector, false, eta_of(row == 11 ? 12 : 43), phi_of(10), random, images));
  }
  EXPECT_EQ(images.size(), 0U);
  EXPECT_TRUE(images.pixel.empty());
}

// Noise of 41.2 MeV with a threshold of 100 MeV: the fraction of barrel crystals in the tail.
constexpr double kNoise = 0.0412, kRatio = 0.1 / kNoise;
const double kTail = 0.5 * std::erfc(kRatio / std::numbers::sqrt2);

TEST(Camera, EmptyCrystalsShowTheTailOfTheNoise) {
  const double density = std::exp(-kRatio * kRatio / 2) / std::sqrt(2 * std::numbers::pi);
  double pixels = 0, energy = 0;
  constexpr int kPictures = 40;
  SparseImages images;
  images.shape = {3, 125, 125};
  RandomStream random({14});
  for (int index = 0; index < kPictures; ++index) {
    Detector detector(false);
    detector.hcal[28 * kTowerColumns + 10] = 50;
    ASSERT_TRUE(append_picture(detector, false, eta_of(28), phi_of(10), random, images));
    for (const float value : images.channel(static_cast<std::size_t>(index), 1).value) {
      ++pixels;
      energy += static_cast<double>(value);
    }
  }
  const double expected = kTail * kPictures * kSide * kSide;
  EXPECT_NEAR(pixels, expected, 4 * std::sqrt(expected));
  // The standard deviation within the tail is below a third of the noise.
  EXPECT_NEAR(energy / pixels, kNoise * density / kTail, 4 * kNoise / 3 / std::sqrt(pixels));
}

// A run of occupied crystals in every row: the empty ones on its left and right are hit as often as any other.
TEST(Camera, NoiseDoesNotPileUpNextToAShower) {
  constexpr int kRun = 20, kPictures = 60;
  constexpr std::size_t kFirst = 50, kPast = kFirst + kRun;  // columns of the picture
  Detector detector(false);
  detector.hcal[28 * kTowerColumns + 30] = 50;
  const int left = 30 * kTile + kTile / 2 - static_cast<int>(kSide / 2);
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kRun; ++column) {
      detector.ecal[static_cast<std::size_t>(row * kColumns + left + static_cast<int>(kFirst) + column)] = 1;
    }
  }
  SparseImages images;
  images.shape = {3, 125, 125};
  RandomStream random({15});
  std::array<double, kSide> hits{};  // by column
  for (int index = 0; index < kPictures; ++index) {
    ASSERT_TRUE(append_picture(detector, false, eta_of(28), phi_of(30), random, images));
    for (const std::uint16_t pixel : images.channel(static_cast<std::size_t>(index), 1).pixel) ++hits[pixel % kSide];
  }
  const double trials = static_cast<double>(kPictures) * kSide;
  EXPECT_EQ(hits[kFirst], trials);
  for (const std::size_t column : {kFirst - 1, kPast, kPast + 1}) {
    EXPECT_NEAR(hits[column], kTail * trials, 4 * std::sqrt(kTail * trials)) << column;
  }
  const double empty = static_cast<double>(kSide - kRun);
  double all = 0;
  for (const double count : hits) all += count;
  EXPECT_NEAR(all - kRun * trials, kTail * empty * trials, 4 * std::sqrt(kTail * empty * trials));
}

}  // namespace
}  // namespace jetvit
