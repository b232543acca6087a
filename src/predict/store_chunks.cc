#include "predict/store_chunks.h"

#include "store/store.h"

namespace jetvit {

void for_each_shard(const std::filesystem::path& store, const Manifest& manifest, Split split,
                    const std::function<void(JetRecords&&)>& sink) {
  Manifest one;
  one.shape = manifest.shape;
  one.observer_names = manifest.observer_names;
  for (const ShardEntry& shard : manifest.shards) {
    if (shard.split != split) continue;
    one.shards = {shard};
    sink(read_split(store, one, split, 1));
  }
}

}  // namespace jetvit
