#include "prepare/refuse_shared_jets.h"

#include "base/error.h"
#include "base/text.h"
#include "store/shard.h"

namespace jetvit {

void refuse_shared_jets(const std::array<JetOrigins, 3>& splits, const std::vector<std::string>& files) {
  const std::optional<SharedJets> shared = find_shared_jets(splits);
  if (!shared) return;
  const auto name = [&](const SharedJets::Place& place) {
    return text("row ", place.source_row, " of ", printable(files.at(place.source_file)));
  };
  const std::string later = text("the ", split_name(shared->later), " split");
  const std::string earlier = text("the ", split_name(shared->earlier), " split");
  throw Error(text(with_commas(shared->count), " of the ", with_commas(shared->jets), " jets of ", later,
                   shared->count == 1 ? " is" : " are", " in ", earlier, " too: ", name(shared->in_later),
                   " is the jet of ", name(shared->in_earlier),
                   " (measured on jets of the training, a model looks better than it is: give each split its own "
                   "files, give all files without a split, or use `allow_trained`)"));
}

void refuse_shared_jets(const std::filesystem::path& folder, const StoreContents& contents,
                        const std::vector<std::string>& files) {
  std::array<JetOrigins, 3> splits;
  for (const ShardEntry& shard : contents.shards) {
    splits[static_cast<std::size_t>(shard.split)].append(read_origins(folder, shard));
  }
  refuse_shared_jets(splits, files);
}

}  // namespace jetvit
