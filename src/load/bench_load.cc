#include "load/bench_load.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/progress.h"

namespace jetvit {
namespace {

constexpr int kSide = 125;
constexpr int kTower = 5;  // crystals along the side of an HCAL tower

// A position along one axis, crowded around the middle as jets are.
int draw_position(RandomStream& stream) {
  const double spread = stream.uniform() * stream.uniform() * stream.uniform(-1, 1);
  return std::clamp(static_cast<int>(kSide * (0.5 + 0.5 * spread)), 0, kSide - 1);
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
  records->images.shape = {3, kSide, kSide};
  for (std::size_t jet = 0; jet < count; ++jet) {
    RandomStream stream({seed, jet});
    for (const std::size_t wanted : kCrystals) {
      std::set<int> pixels;
      while (pixels.size() < wanted) pixels.insert(draw_position(stream) * kSide + draw_position(stream));
      append_pixels(pixels, stream, records->images);
    }
    std::set<int> pixels;
    while (pixels.size() < kTowerPixels) {
      const int row = draw_position(stream) / kTower * kTower;
      const int column = draw_position(stream) / kTower * kTower;
      for (int i = 0; i < kTower * kTower; ++i) pixels.insert((row + i / kTower) * kSide + column + i % kTower);
    }
    append_pixels(pixels, stream, records->images);
    records->label.push_back(static_cast<std::uint8_t>(jet % 2));
    records->weight.push_back(1);
    records->source_file.push_back(0);
    records->source_row.push_back(jet);
  }
  return records;
}

Json bench_load(std::shared_ptr<const JetRecords> records, const InputTransform& transform, const ImageOptions& image,
                const AugmentOptions& augment, const LoadOptions& load, const BenchTime& time) {
  BatchLoader loader(std::move(records), transform, image, augment, load);
  std::size_t batches = 0;
  std::size_t jets = 0;
  double bytes_per_jet = 0;
  double waited = 0;
  int epoch = 0;
  loader.start_epoch(epoch);
  // Takes batches for the round's time, across the ends of epochs; returns the rate.
  const auto round = [&] {
    std::size_t taken = 0;
    double elapsed = 0;
    const double start = monotonic_seconds();
    for (Batch batch; elapsed < time.seconds; elapsed = monotonic_seconds() - start) {
      if (!loader.next(batch)) {
        waited += loader.wait_seconds();
        loader.start_epoch(++epoch);
        continue;
      }
      taken += batch.jets.size();
      ++batches;
      bytes_per_jet = static_cast<double>(batch.images.nbytes()) / static_cast<double>(batch.jets.size());
    }
    jets += taken;
    return static_cast<double>(taken) / elapsed;
  };
  round();  // warm-up
  batches = jets = 0;
  waited = -loader.wait_seconds();
  std::vector<double> rates;
  for (int i = 0; i < time.rounds; ++i) rates.push_back(round());
  waited += loader.wait_seconds();

  Json result = rate_summary(rates);
  const double median = result["jets_per_second"].get<double>();
  result.update({{"jets", jets},
                 {"batches", batches},
                 {"seconds", time.seconds * time.rounds},
                 {"jets_per_second_per_thread", median / load.threads},
                 {"wait_seconds", waited},
                 {"bytes_per_second", median * bytes_per_jet},
                 {"image", options_to_json(image)},
                 {"augment", options_to_json(augment)},
                 {"layout", load.format.layout()},
                 {"type", load.format.bf16 ? "bf16" : "fp32"},
                 {"sampling", load.order == Order::kWeighted ? "weighted" : "permutation"},
                 {"batch_size", load.batch_size},
                 {"threads", load.threads}});
  return result;
}

}  // namespace jetvit
