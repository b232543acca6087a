#include "store/store.h"

#include "base/commit.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/parallel_for.h"
#include "base/text.h"
#include "store/shard.h"

namespace jetvit {
namespace {

constexpr std::size_t kShardJets = 8192;  // about 40 MB of quark-gluon jets

bool is_left_over(const std::string& name) {
  return name.ends_with(".arrow") || name.find(".jetvit-tmp-") != std::string::npos;
}

}  // namespace

StoreWriter::StoreWriter(std::filesystem::path folder) : folder_(std::move(folder)) {
  if (std::filesystem::exists(folder_)) {
    if (!std::filesystem::is_directory(folder_)) throw Error(text(folder_, ": is not a folder"));
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (!is_left_over(entry.path().filename())) {
        throw Error(text(folder_, ": holds ", printable(entry.path().filename().native()),
                         ", which no interrupted preparation left (choose another --out)"));
      }
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) std::filesystem::remove(entry.path());
  }
  create_folder(folder_);
}

void StoreWriter::append(const JetRecords& jets, Split split) {
  if (jets.size() == 0) return;
  const auto place = static_cast<std::size_t>(split);
  for (const std::uint8_t label : jets.label) ++counts_[place][label];
  pending_[place].append(jets);
  if (pending_[place].size() >= kShardJets) write_shard(split);
}

void StoreWriter::write_shard(Split split) {
  const auto place = static_cast<std::size_t>(split);
  JetRecords& jets = pending_[place];
  if (jets.size() == 0) return;
  const std::string number = text(written_[place]++);
  const std::string name =
      text(split_name(split), "-", std::string(5 - std::min<std::size_t>(5, number.size()), '0'), number, ".arrow");
  const std::vector<std::byte> bytes = encode_shard(jets);
  OutputFile file(folder_ / name);
  file.write(bytes);
  file.commit();
  shards_.push_back({name, split, jets.size(), bytes.size(), sha256(bytes)});
  jets = JetRecords();
}

void StoreWriter::close(Manifest manifest) {
  for (const Split split : kSplits) write_shard(split);
  manifest.counts = counts_;
  manifest.shards = shards_;
  write_manifest(folder_, manifest);
}

JetRecords read_split(const std::filesystem::path& store, const Manifest& manifest, Split split, int threads) {
  std::vector<const ShardEntry*> shards;
  for (const ShardEntry& shard : manifest.shards) {
    if (shard.split == split) shards.push_back(&shard);
  }
  std::vector<JetRecords> parts(shards.size());
  parallel_for(shards.size(), threads, [&](std::size_t index, int) {
    const ShardEntry& shard = *shards[index];
    const std::string where = (store / shard.file).string();
    const InputFile file(where);
    if (file.size() != shard.bytes) {
      throw Error(text(where, ": holds ", file.size(), " bytes, the manifest says ", shard.bytes,
                       " (it was cut short or replaced)"));
    }
    std::vector<std::byte> bytes(shard.bytes);
    file.read(0, bytes);
    if (sha256(bytes) != shard.sha256)
      throw Error(text(where, ": differs from its digest in the manifest (it is damaged or was replaced)"));
    parts[index] = decode_shard(bytes, manifest.shape, manifest.observer_names, where);
    if (parts[index].size() != shard.jets)
      throw Error(text(where, ": holds another number of jets than the manifest says"));
  });
  JetRecords jets;
  jets.images.shape = manifest.shape;
  jets.observer_names = manifest.observer_names;
  jets.observers.resize(manifest.observer_names.size());
  for (JetRecords& part : parts) {
    jets.append(part);
    part = JetRecords();
  }
  return jets;
}

}  // namespace jetvit
