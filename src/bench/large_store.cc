#include "bench/large_store.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/commit.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/random_stream.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "prepare/jet_source.h"
#include "prepare/statistics.h"
#include "store/store_writer.h"

namespace jetvit {
namespace {

constexpr std::uint64_t kShiftPurpose = 0x7368696674;  // "shift"
constexpr std::size_t kChunkJets = 512;
constexpr double kGigabyte = 1e9;

// How the image of a jet is changed.
struct Variation {
  int rows, columns;
  float factor;
};

Variation draw_variation(const ImageShape& shape, RandomStream stream) {
  const auto below = [&stream](int bound) { return static_cast<int>(stream.below(static_cast<std::uint64_t>(bound))); };
  const int rows = below(shape.height);
  const int columns = below(shape.width);
  return {rows, columns, static_cast<float>(stream.uniform(1, 2))};
}

// Appends the changed image of a jet.
void append_varied(const SparseImages& from, std::size_t jet, const Variation& variation, SparseImages& to,
                   std::vector<std::pair<std::uint16_t, float>>& pixels) {
  const auto [channels, height, width] = from.shape;
  for (int channel = 0; channel < channels; ++channel) {
    const SparseChannel image = from.channel(jet, channel);
    pixels.clear();
    for (std::size_t i = 0; i < image.pixel.size(); ++i) {
      const int row = (image.pixel[i] / width + variation.rows) % height;
      const int column = (image.pixel[i] % width + variation.columns) % width;
      pixels.emplace_back(static_cast<std::uint16_t>(row * width + column), image.value[i] * variation.factor);
    }
    std::sort(pixels.begin(), pixels.end());
    for (const auto& [pixel, value] : pixels) {
      to.pixel.push_back(pixel);
      to.value.push_back(value);
    }
    to.offset.push_back(to.pixel.size());
  }
}

// The jets in changed images, which have identities of their own.
JetRecords varied(const JetRecords& jets, std::size_t first, std::uint64_t seed, std::uint64_t round) {
  JetRecords out = jets;
  out.images = {.shape = jets.images.shape, .offset = {0}, .pixel = {}, .value = {}};
  out.identity.clear();
  std::vector<std::pair<std::uint16_t, float>> pixels;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    const RandomStream stream({seed, kShiftPurpose, round, first + jet});
    append_varied(jets.images, jet, draw_variation(jets.images.shape, stream), out.images, pixels);
  }
  identify(out);
  return out;
}

std::vector<JetRecords> in_chunks(const JetRecords& jets) {
  std::vector<JetRecords> chunks;
  std::vector<std::size_t> places;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    places.push_back(jet);
    if (places.size() < kChunkJets && jet + 1 < jets.size()) continue;
    chunks.push_back(jets.select(places));
    places.clear();
  }
  return chunks;
}

std::uint64_t bytes_of(const StoreContents& contents) {
  std::uint64_t bytes = 0;
  for (const ShardEntry& shard : contents.shards) bytes += shard.bytes;
  return bytes;
}

}  // namespace

LargeStoreResult write_large_store(const LargeStoreOptions& options, const std::filesystem::path& out) {
  const double start = monotonic_seconds();
  refuse_existing(out, /*overwrite=*/false);
  const std::unique_ptr<JetSource> source = open_source(options.source);
  const std::vector<JetRecords> chunks = in_chunks(*source->read(Split::kTrain));
  if (chunks.empty()) throw Error(text(printable(options.source.name()), ": holds no training jets to vary"));
  StoreWriter writer(out);
  for (const Split split : {Split::kValidation, Split::kTest}) writer.append(*source->read(split), split);
  StatisticsAccumulator statistics(chunks.front().images.shape);
  const auto wanted = static_cast<std::uint64_t>(options.gigabytes * kGigabyte);
  Progress progress("write", "MB", wanted / 1'000'000);
  std::uint64_t shown = 0;
  for (std::uint64_t round = 0; bytes_of(writer.contents()) < wanted; ++round) {
    for (std::size_t chunk = 0; chunk < chunks.size() && bytes_of(writer.contents()) < wanted; ++chunk) {
      throw_if_stopped();
      const JetRecords jets = varied(chunks[chunk], chunk * kChunkJets, options.seed, round);
      statistics.add(jets.images);
      writer.append(jets, Split::kTrain);
      const std::uint64_t written = bytes_of(writer.contents()) / 1'000'000;
      progress.add(written - shown);
      shown = written;
    }
  }
  Manifest manifest = source->manifest();
  manifest.statistics = statistics.result();
  manifest.command = Json::object();  // no preparation made it
  writer.close(std::move(manifest));
  LargeStoreResult result{.bytes = bytes_of(writer.contents()), .seconds = monotonic_seconds() - start};
  for (const auto& of_split : writer.contents().counts) result.jets += of_split[0] + of_split[1];
  return result;
}

}  // namespace jetvit
