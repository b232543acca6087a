#pragma once

#include <filesystem>
#include <functional>

#include "jet/jet_records.h"
#include "jet/split.h"
#include "store/manifest.h"

namespace jetvit {

// Reads all jets of a split, in the order in which they were prepared. The size and SHA-256 of every shard are compared
// with the manifest. Throws Error naming a shard that was cut short, damaged or replaced.
JetRecords read_split(const std::filesystem::path& store, const Manifest& manifest, Split split, int threads);

// The same jets, but their images stay in the shards (JetRecords::stored), which are still read and checked once.
JetRecords open_split(const std::filesystem::path& store, const Manifest& manifest, Split split, int threads);

// Calls `sink` on the calling thread with the jets of a split, shard by shard, in the order of read_split(). Memory
// holds at most one shard per thread and one more, for any size of the store. Throws the same errors as read_split().
void for_each_shard(const std::filesystem::path& store, const Manifest& manifest, Split split,
                    const std::function<void(JetRecords&&)>& sink, int threads = 1);

// Checks that every shard and the report of skipped rows exist and have the size in the manifest. This is fast, unlike
// read_split(). Throws Error naming the first file that fails the check.
void check_shards(const std::filesystem::path& store, const Manifest& manifest);

}  // namespace jetvit
