#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <vector>

#include "base/share.h"
#include "jet/jet_records.h"
#include "jet/split.h"
#include "store/manifest.h"

namespace jetvit {

// Reads all jets of a split, in the order in which they were prepared. The size and SHA-256 of every shard are compared
// with the manifest. Throws Error naming a shard that was cut short, damaged or replaced.
JetRecords read_split(const std::filesystem::path& store, const Manifest& manifest, Split split, int threads);

// The part of the shards whose SHA-256 a process compares, where several processes of a machine share that work.
struct CheckShare {
  int index = 0, of = 1;
};

// The same jets, but their images stay in the shards (JetRecords::stored), which are still read once and stay open. The
// digests of a share of them are compared. Throws Error also where the process may not open so many files.
JetRecords open_split(const std::filesystem::path& store, const Manifest& manifest, Split split, int threads,
                      CheckShare share = {});

// Calls `sink` on the calling thread with the jets of a split, shard by shard, in the order of read_split(). Memory
// holds at most one shard per thread and one more, for any size of the store. Throws the same errors as read_split().
void for_each_shard(const std::filesystem::path& store, const Manifest& manifest, Split split,
                    const std::function<void(JetRecords&&)>& sink, int threads = 1);

// Jets that lie together in a shard.
struct ShardPiece {
  std::size_t shard = 0;  // its number in the split
  JetRecords jets;
};

// The jets of a split for several processes, in rounds of as many shards as there are processes. Each process gets as
// many batches of a round as the others, but for one, and reads the shards alone in which they lie: batches of `batch`
// jets, which begin anew in every shard. Calls `sink` on the calling thread with the pieces of each round, also where
// there are none. Those of all processes, in the order of the processes, are the jets in the order of read_split().
// Memory holds the shares of two rounds. Throws the same errors as read_split().
void for_each_round(const std::filesystem::path& store, const Manifest& manifest, Split split, const Share& share,
                    std::size_t batch, const std::function<void(std::vector<ShardPiece>&&)>& sink);

// Checks that every shard and the report of skipped rows exist and have the size in the manifest. This is fast, unlike
// read_split(). Throws Error naming the first file that fails the check.
void check_shards(const std::filesystem::path& store, const Manifest& manifest);

}  // namespace jetvit
