#pragma once

#include <array>
#include <filesystem>

#include "jet/jet_records.h"
#include "store/manifest.h"

namespace jetvit {

// Writes a jet store: shards as jets come in, the manifest last. A folder without manifest is no store, so that an
// interrupted run leaves nothing that could be taken for whole.
class StoreWriter {
 public:
  // Creates `folder`; removes shards that an interrupted run left there. Throws Error where it holds anything else.
  explicit StoreWriter(std::filesystem::path folder);

  void append(const JetRecords& jets, Split split);

  // Writes what is left, then the manifest with the shards and counts filled in.
  void close(Manifest manifest);

  const std::vector<ShardEntry>& shards() const { return shards_; }

 private:
  void write_shard(Split split);

  std::filesystem::path folder_;
  std::array<JetRecords, 3> pending_;
  std::array<int, 3> written_{};
  std::array<std::array<std::uint64_t, 2>, 3> counts_{};
  std::vector<ShardEntry> shards_;
};

// All jets of a split, in the order in which they were prepared. Every shard is read whole, and its size and SHA-256
// are compared with the manifest: a shard that was cut short or replaced gives an Error that names it.
JetRecords read_split(const std::filesystem::path& store, const Manifest& manifest, Split split, int threads);

}  // namespace jetvit
