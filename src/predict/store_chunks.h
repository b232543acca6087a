#pragma once

#include <filesystem>
#include <functional>

#include "jet/jet_records.h"
#include "jet/split.h"
#include "store/manifest.h"

namespace jetvit {

// Calls `sink` with the jets of a split shard by shard, in the order of read_split(): memory holds one shard, whatever
// the size of the store. Throws as read_split().
void for_each_shard(const std::filesystem::path& store, const Manifest& manifest, Split split,
                    const std::function<void(JetRecords&&)>& sink);

}  // namespace jetvit
