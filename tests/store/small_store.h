#pragma once

#include <filesystem>
#include <vector>

#include "base/text.h"
#include "jet/split.h"
#include "store/shard.h"
#include "store/store_writer.h"
#include "support/random_jets.h"

namespace jetvit::test {

inline constexpr ImageShape kSmallShape = {3, 9, 7};

// A manifest with the fields that the writer does not set itself.
inline Manifest small_manifest() {
  Manifest manifest;
  manifest.shape = kSmallShape;
  manifest.channels = channels_for(kSmallShape.channels);
  manifest.statistics = {{1, 2, 0, 3, 4}, {0.1, 1.0 / 3, -5, 6, 7}, {0, 0, 0, 0, 0}};
  manifest.zero_threshold = 1e-3;
  manifest.negative_pixels = 12;
  manifest.observer_names = {"pt", "m0"};
  manifest.source_files = {{"jets.parquet", 62, 2}};
  manifest.skipped_rows = Json::array({{{"file", "jets.parquet"}, {"row", 3}, {"reason", "NaN"}}});
  return manifest;
}

inline std::vector<std::byte> encoded(const JetRecords& jets) {
  std::vector<std::byte> out;
  ShardWriter writer([&](std::span<const std::byte> bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); });
  writer.add(jets);
  writer.close();
  return out;
}

// Writes a store with 30 training, 20 validation and 10 test jets.
inline Manifest write_small_store(const std::filesystem::path& folder, std::uint32_t seed = 1) {
  StoreWriter writer(folder);
  std::uint32_t split_seed = seed;
  std::size_t jets = 30;
  for (const Split split : kSplits) {
    writer.append(random_jets(jets, kSmallShape, split_seed++), split);
    jets -= 10;
  }
  writer.close(small_manifest());
  return read_manifest(folder);
}

}  // namespace jetvit::test
