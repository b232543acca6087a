#include "bench/timing_jets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/random_stream.h"

namespace jetvit {
namespace {

constexpr int kImageSide = 125;
constexpr int kTower = 5;  // crystals along the side of an HCAL tower

// A position along one axis, crowded around the middle as jets are.
int draw_position(RandomStream& stream) {
  const double spread = stream.uniform() * stream.uniform() * stream.uniform(-1, 1);
  return std::clamp(static_cast<int>(kImageSide * (0.5 + 0.5 * spread)), 0, kImageSide - 1);
}

void append_pixels(const std::set<int>& pixels, RandomStream& stream, SparseImages& images) {
  for (const int pixel : pixels) {
    images.pixel.push_back(static_cast<std::uint16_t>(pixel));
    images.value.push_back(static_cast<float>(-std::log(1 - stream.uniform())));
  }
  images.offset.push_back(images.pixel.size());
}

}  // namespace

std::shared_ptr<const JetRecords> make_timing_jets(std::size_t count, std::uint64_t seed) {
  constexpr std::array<std::size_t, 2> kCrystals = {60, 290};
  constexpr std::size_t kTowerPixels = 425;
  auto records = std::make_shared<JetRecords>();
  records->images.shape = {3, kImageSide, kImageSide};
  for (std::size_t jet = 0; jet < count; ++jet) {
    RandomStream stream({seed, jet});
    for (const std::size_t wanted : kCrystals) {
      std::set<int> pixels;
      while (pixels.size() < wanted) pixels.insert(draw_position(stream) * kImageSide + draw_position(stream));
      append_pixels(pixels, stream, records->images);
    }
    std::set<int> pixels;
    while (pixels.size() < kTowerPixels) {
      const int row = draw_position(stream) / kTower * kTower;
      const int column = draw_position(stream) / kTower * kTower;
      for (int i = 0; i < kTower * kTower; ++i) pixels.insert((row + i / kTower) * kImageSide + column + i % kTower);
    }
    append_pixels(pixels, stream, records->images);
    records->label.push_back(static_cast<std::uint8_t>(jet % 2));
    records->weight.push_back(1);
    records->source_file.push_back(0);
    records->source_row.push_back(jet);
  }
  return records;
}

}  // namespace jetvit
