#include "generate/camera.h"

#include <cmath>
#include <cstdint>
#include <map>

#include "base/draws.h"

namespace jetvit {
namespace {

constexpr int kSide = 125, kHalf = 62;               // crystals
constexpr int kHalfTowers = 12, kSearch = 3;         // towers
constexpr int kBarrelFirst = 55, kBarrelLast = 224;  // rows of the ECAL barrel
// Gaussian noise and zero suppression threshold, in GeV. The noise of one barrel crystal follows from that of 3 x 3 of
// them, divided by 3: 0.040 (JINST 3 S08004) and 0.042 (JINST 2 P04004). Between the two it is tuned to the number of
// crystals per jet.
constexpr float kNoise = 0.0412F, kThreshold = 0.10F, kEndcapNoise = 0.12F, kEndcapThreshold = 0.45F;
constexpr float kTowerNoise = 0.20F, kTowerThreshold = 0.65F;

struct Center {
  int row = 0, column = 0;  // of the tower
};

// Index of a cell in a layer that is stored row by row.
std::size_t index_of(int row, int column, int columns) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column);
}

Center hottest_tower(const Detector& detector, double eta, double phi) {
  const int row = static_cast<int>(std::floor(canvas_row(eta) / kTile));
  const int column = static_cast<int>(canvas_column(phi) / kTile);
  Center best{row, column};
  float most = -1;
  for (int i = row - kSearch; i <= row + kSearch; ++i) {
    if (i < 0 || i >= kTowerRows) continue;
    for (int j = column - kSearch; j <= column + kSearch; ++j) {
      const int wrapped = wrap(j, kTowerColumns);
      const float energy = detector.hcal[index_of(i, wrapped, kTowerColumns)];
      if (energy > most) {
        most = energy;
        best = {i, wrapped};
      }
    }
  }
  return best;
}

void add(SparseImages& images, int pixel, float value) {
  images.pixel.push_back(static_cast<std::uint16_t>(pixel));
  images.value.push_back(value);
}

void close_channel(SparseImages& images) {
  images.offset.push_back(images.pixel.size());
}

// Draws from a Gaussian of width `noise`, restricted to values above `threshold`, by rejection from a shifted
// exponential (Robert, Stat. Comput. 5 (1995) 121).
float tail(float noise, float threshold, RandomStream& random) {
  const double start = static_cast<double>(threshold) / static_cast<double>(noise);
  while (true) {
    const double value = start - std::log(1 - random.uniform()) / start;
    if (random.uniform() <= std::exp(-0.5 * (value - start) * (value - start))) {
      return static_cast<float>(value) * noise;
    }
  }
}

// Cells without energy exceed the threshold with the probability of the noise tail. Drawing how many of them come
// before the next such cell is equivalent to drawing every cell, and faster.
void add_ecal(const Detector& detector, int first_row, int first_column, RandomStream& random, SparseImages& images) {
  for (int i = 0; i < kSide; ++i) {
    const int row = first_row + i;
    const bool barrel = row >= kBarrelFirst && row <= kBarrelLast;
    const float noise = barrel ? kNoise : kEndcapNoise;
    const float threshold = barrel ? kThreshold : kEndcapThreshold;
    const double rate = 0.5 * std::erfc(static_cast<double>(threshold / noise) * M_SQRT1_2);
    const auto cells_between = [&] { return std::floor(std::log(1 - random.uniform()) / std::log1p(-rate)); };
    double empty_cells = cells_between();
    for (int j = 0; j < kSide; ++j) {
      const auto cell = index_of(row, wrap(first_column + j, kColumns), kColumns);
      const float energy = detector.ecal[cell];
      if (energy > 0) {
        const float seen = energy + noise * static_cast<float>(draw_normal(random));
        if (seen > threshold) add(images, i * kSide + j, seen);
      } else if (empty_cells >= 1) {
        --empty_cells;
      } else {
        add(images, i * kSide + j, tail(noise, threshold, random));
        empty_cells = cells_between();
      }
    }
  }
  close_channel(images);
}

void add_hcal(const Detector& detector, Center center, RandomStream& random, SparseImages& images) {
  constexpr int kTowers = 2 * kHalfTowers + 1;
  for (int i = 0; i < kTowers; ++i) {
    std::array<float, kTowers> seen{};
    for (int j = 0; j < kTowers; ++j) {
      const int column = wrap(center.column - kHalfTowers + j, kTowerColumns);
      const auto cell = index_of(center.row - kHalfTowers + i, column, kTowerColumns);
      const float energy = detector.hcal[cell] + kTowerNoise * static_cast<float>(draw_normal(random));
      if (energy > kTowerThreshold) seen[static_cast<std::size_t>(j)] = energy / (kTile * kTile);
    }
    for (int line = 0; line < kTile; ++line) {
      for (int j = 0; j < kSide; ++j) {
        const float value = seen[static_cast<std::size_t>(j / kTile)];
        if (value > 0) add(images, (i * kTile + line) * kSide + j, value);
      }
    }
  }
  close_channel(images);
}

struct PixelTracks {
  double pt = 0, d0 = 0, dz = 0;
  int count = 0;
};

void add_tracks(const Detector& detector, bool top, int first_row, int first_column, SparseImages& images) {
  std::map<int, PixelTracks> pixels;
  for (const Track& track : detector.tracks) {
    const int row = track.row - first_row, column = wrap(track.column - first_column, kColumns);
    if (row < 0 || row >= kSide || column >= kSide) continue;
    PixelTracks& pixel = pixels[row * kSide + column];
    pixel.pt += track.pt;
    pixel.d0 += track.d0;
    pixel.dz += track.dz;
    ++pixel.count;
  }
  for (const auto& [pixel, sum] : pixels) add(images, pixel, static_cast<float>(sum.pt));
  close_channel(images);
  if (!top) return;
  for (const auto& [pixel, sum] : pixels) add(images, pixel, static_cast<float>(sum.d0 / sum.count));
  close_channel(images);
  for (const auto& [pixel, sum] : pixels) add(images, pixel, static_cast<float>(sum.dz / sum.count));
  close_channel(images);
}

void add_hits(const std::vector<float>& layer, int first_row, int first_column, SparseImages& images) {
  for (int i = 0; i < kSide; ++i) {
    for (int j = 0; j < kSide; ++j) {
      const float hits = layer[index_of(first_row + i, wrap(first_column + j, kColumns), kColumns)];
      if (hits > 0) add(images, i * kSide + j, hits);
    }
  }
  close_channel(images);
}

}  // namespace

bool append_picture(const Detector& detector, bool top, double eta, double phi, RandomStream& random,
                    SparseImages& images) {
  const Center center = hottest_tower(detector, eta, phi);
  if (center.row < kHalfTowers || center.row >= kTowerRows - kHalfTowers) return false;
  const int first_row = center.row * kTile + kTile / 2 - kHalf;
  const int first_column = center.column * kTile + kTile / 2 - kHalf;
  add_tracks(detector, top, first_row, first_column, images);
  add_ecal(detector, first_row, first_column, random, images);
  add_hcal(detector, center, random, images);
  if (top) {
    for (const auto& layer : detector.pixel_hits) add_hits(layer, first_row, first_column, images);
  }
  return true;
}

}  // namespace jetvit
