#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/folder_lock.h"
#include "jet/jet_records.h"
#include "store/manifest.h"

namespace jetvit {

// Writes a jet store: shards as jets come in, the manifest last. A folder without manifest is no store, so that an
// interrupted run leaves nothing that could be taken for whole. Shards are named by their content: a store that is
// written anew stays whole, old until the manifest is replaced and new from then on.
class StoreWriter {
 public:
  // Creates `folder`; removes shards that an interrupted run left there. Throws Error where it holds anything else than
  // a store, and where another writer is at work in it.
  explicit StoreWriter(std::filesystem::path folder);

  // Without close() what was written is removed, and so are the folders that were created.
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  void append(const JetRecords& jets, Split split);

  // Writes what is left, then the manifest with the shards and counts filled in; removes the shards of the store that
  // was replaced.
  void close(Manifest manifest);

 private:
  void write_shard(Split split);
  void remove_created() const;

  std::filesystem::path folder_;
  std::vector<std::filesystem::path> created_;  // folders, the innermost first
  std::unique_ptr<FolderLock> lock_;            // once the folder is there
  std::array<JetRecords, 3> pending_;
  std::array<int, 3> written_{};
  std::array<std::array<std::uint64_t, 2>, 3> counts_{};
  std::vector<ShardEntry> shards_;
  bool closed_ = false;
};

// All jets of a split, in the order in which they were prepared. Every shard is read whole, and its size and SHA-256
// are compared with the manifest: a shard that was cut short or replaced gives an Error that names it.
JetRecords read_split(const std::filesystem::path& store, const Manifest& manifest, Split split, int threads);

// Calls `sink` with the jets of a split shard by shard, in the order of read_split(): memory holds one shard, whatever
// the size of the store. Throws as read_split().
void for_each_shard(const std::filesystem::path& store, const Manifest& manifest, Split split,
                    const std::function<void(JetRecords&&)>& sink);

// Whether every shard is there and of the size that the manifest states: quick, unlike read_split(). Throws Error
// naming the first that is not.
void check_shards(const std::filesystem::path& store, const Manifest& manifest);

}  // namespace jetvit
