#include "store/store_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/open_files.h"
#include "base/ordered_for.h"
#include "base/parallel_for.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "store/shard.h"
#include "store/shard_images.h"

namespace jetvit {
namespace {

// places: see decode_shard(). check: whether the digest is compared, too.
JetRecords read_shard(const std::filesystem::path& store, const Manifest& manifest, const ShardEntry& shard,
                      ImagePlaces* places = nullptr, bool check = true) {
  const InputFile file = open_file(store, shard);
  const std::string where = file.path().string();
  std::vector<std::byte> bytes(shard.bytes);
  file.read(0, bytes);
  if (check && sha256(bytes) != shard.sha256) {
    throw Error(text(
        where, ": differs from its digest in the manifest (it is damaged or was replaced; prepare the data again)"));
  }
  JetRecords jets = decode_shard(bytes, manifest.shape, manifest.observer_names, where, places);
  if (jets.size() != shard.jets)
    throw Error(text(where, ": does not hold the number of jets that the manifest states"));
  return jets;
}

JetRecords no_jets(const Manifest& manifest) {
  JetRecords jets;
  jets.images.shape = manifest.shape;
  jets.observer_names = manifest.observer_names;
  jets.observers.resize(manifest.observer_names.size());
  return jets;
}

std::vector<const ShardEntry*> shards_of(const Manifest& manifest, Split split) {
  std::vector<const ShardEntry*> shards;
  for (const ShardEntry& shard : manifest.shards) {
    if (shard.split == split) shards.push_back(&shard);
  }
  return shards;
}

}  // namespace

JetRecords read_split(const std::filesystem::path& store, const Manifest& manifest, Split split, int threads) {
  JetRecords jets = no_jets(manifest);
  std::uint64_t bytes = 0;
  for (const ShardEntry* shard : shards_of(manifest, split)) bytes += open_file(store, *shard).size();
  // An upper bound, of which only what is filled takes memory: vectors that grow would hold their pixels twice.
  const std::size_t most_pixels = bytes / (sizeof(std::uint16_t) + sizeof(float));
  jets.images.pixel.reserve(most_pixels);
  jets.images.value.reserve(most_pixels);
  for_each_shard(
      store, manifest, split, [&](JetRecords&& part) { jets.append(part); }, threads);
  return jets;
}

JetRecords open_split(const std::filesystem::path& store, const Manifest& manifest, Split split, int threads,
                      CheckShare share) {
  const std::vector<const ShardEntry*> shards = shards_of(manifest, split);
  allow_open_files(shards.size() + static_cast<std::size_t>(threads), store.string());
  std::vector<JetRecords> parts(shards.size());
  std::vector<ImagePlaces> places(shards.size());
  parallel_for(shards.size(), threads, [&](std::size_t index, int) {
    throw_if_stopped();
    const bool is_own = index % static_cast<std::size_t>(share.of) == static_cast<std::size_t>(share.index);
    parts[index] = read_shard(store, manifest, *shards[index], &places[index], is_own);
  });
  JetRecords jets = no_jets(manifest);
  auto images = std::make_shared<ShardImages>(manifest.shape);
  for (std::size_t index = 0; index < shards.size(); ++index) {
    jets.append_without_images(parts[index]);
    images->add(open_file(store, *shards[index]), places[index]);
    parts[index] = JetRecords();
    places[index] = ImagePlaces();
  }
  jets.stored = std::move(images);
  return jets;
}

void for_each_shard(const std::filesystem::path& store, const Manifest& manifest, Split split,
                    const std::function<void(JetRecords&&)>& sink, int threads) {
  const std::vector<const ShardEntry*> shards = shards_of(manifest, split);
  std::size_t started = 0;
  const auto next = [&]() -> std::optional<const ShardEntry*> {
    if (started == shards.size()) return std::nullopt;
    return shards[started++];
  };
  const auto read = [&](const ShardEntry* shard, int) { return read_shard(store, manifest, *shard); };
  ordered_for(threads, static_cast<std::size_t>(threads), next, read, [&](JetRecords&& jets) {
    throw_if_stopped();
    sink(std::move(jets));
    return true;
  });
}

namespace {

// The jets [first, last) of a shard.
struct ShardRange {
  std::size_t shard = 0, first = 0, last = 0;
};

// Those of one process, of the round that begins with the shard `first`.
std::vector<ShardRange> ranges_of_round(const std::vector<const ShardEntry*>& shards, std::size_t first,
                                        const Share& share, std::size_t batch) {
  const std::size_t last = std::min(first + share.processes, shards.size());
  const auto batches = [&](std::size_t shard) { return (shards[shard]->jets + batch - 1) / batch; };
  std::size_t all = 0;
  for (std::size_t shard = first; shard < last; ++shard) all += batches(shard);
  const Share::Range own = share.of(all);
  std::vector<ShardRange> ranges;
  std::size_t before = 0;  // batches of the shards before
  for (std::size_t shard = first; shard < last; before += batches(shard++)) {
    const std::size_t begin = std::max(own.first, before);
    const std::size_t end = std::min(own.last, before + batches(shard));
    if (begin >= end) continue;
    const std::size_t jets = shards[shard]->jets;
    ranges.push_back({shard, (begin - before) * batch, std::min(jets, (end - before) * batch)});
  }
  return ranges;
}

}  // namespace

void for_each_round(const std::filesystem::path& store, const Manifest& manifest, Split split, const Share& share,
                    std::size_t batch, const std::function<void(std::vector<ShardPiece>&&)>& sink) {
  const std::vector<const ShardEntry*> shards = shards_of(manifest, split);
  std::size_t started = 0;
  const auto next = [&]() -> std::optional<std::vector<ShardRange>> {
    if (started >= shards.size()) return std::nullopt;
    return ranges_of_round(shards, std::exchange(started, started + share.processes), share, batch);
  };
  const auto read = [&](const std::vector<ShardRange>& ranges, int) {
    std::vector<ShardPiece> pieces;
    for (const ShardRange& range : ranges) {
      JetRecords jets = read_shard(store, manifest, *shards[range.shard]);
      const bool is_whole = range.last - range.first == jets.size();
      pieces.push_back({range.shard, is_whole ? std::move(jets) : jets.slice(range.first, range.last)});
    }
    return pieces;
  };
  ordered_for(1, 1, next, read, [&](std::vector<ShardPiece>&& pieces) {
    throw_if_stopped();
    sink(std::move(pieces));
    return true;
  });
}

void check_shards(const std::filesystem::path& store, const Manifest& manifest) {
  for (const ShardEntry& shard : manifest.shards) open_file(store, shard);
  if (manifest.skipped_report) open_file(store, *manifest.skipped_report);
}

}  // namespace jetvit
