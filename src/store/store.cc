#include "store/store.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <unistd.h>

#include "base/commit.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/folder_lock.h"
#include "base/parallel_for.h"
#include "base/text.h"
#include "store/shard.h"

namespace jetvit {
namespace {

constexpr std::size_t kShardJets = 4096;        // about 17 MB of quark-gluon jets
constexpr std::size_t kShardPixels = 32 << 20;  // and at most about 200 MB of any others
constexpr std::size_t kDigestDigits = 16;       // of the digest, in a shard's name
constexpr std::string_view kRefusal = "another preparation is writing there (wait for it, or choose another --out)";

// A name that write_shard() gives: nobody else's files are removed.
bool is_shard_name(const std::string& name) {
  constexpr std::string_view kEnd = ".arrow";
  for (const Split split : kSplits) {
    const std::string begin = text(split_name(split), "-");
    if (name.starts_with(begin) && name.ends_with(kEnd) && name.size() > begin.size() + kEnd.size()) {
      const std::string middle = name.substr(begin.size(), name.size() - begin.size() - kEnd.size());
      return middle.find_first_not_of("0123456789abcdef-") == std::string::npos;
    }
  }
  return false;
}

// Names of the shards of the store that stands in `folder`; none where there is no whole one.
std::set<std::string> listed_shards(const std::filesystem::path& folder) {
  std::set<std::string> names;
  try {
    for (const ShardEntry& shard : read_manifest(folder).shards) names.insert(shard.file);
  } catch (const Error&) {
  }
  return names;
}

// Removes shards and temporaries that no manifest names.
void remove_unlisted(const std::filesystem::path& folder) {
  const std::set<std::string> listed = listed_shards(folder);
  std::vector<std::filesystem::path> unlisted;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if ((is_shard_name(name) && !listed.contains(name)) || is_temporary(name)) unlisted.push_back(entry.path());
  }
  std::error_code ignored;  // a left-over does no harm
  for (const auto& path : unlisted) std::filesystem::remove(path, ignored);
}

}  // namespace

StoreWriter::StoreWriter(std::filesystem::path folder) : folder_(std::move(folder)) {
  for (auto path = folder_; !path.empty() && !std::filesystem::exists(path); path = path.parent_path()) {
    created_.push_back(path);
  }
  if (created_.empty()) {
    if (!std::filesystem::is_directory(folder_)) throw Error(text(folder_, ": is not a folder"));
    lock_ = std::make_unique<FolderLock>(folder_, kRefusal);
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      const std::string name = entry.path().filename();
      if (!is_shard_name(name) && !is_temporary(name) && !(is_store(folder_) && name == "manifest.json")) {
        throw Error(
            text(folder_, ": holds ", printable(name), ", which no preparation left there (choose another --out)"));
      }
    }
    if (!is_store(folder_)) remove_unlisted(folder_);
    return;
  }
  try {
    create_folder(folder_);
    lock_ = std::make_unique<FolderLock>(folder_, kRefusal);
  } catch (const Error&) {
    remove_created();
    throw;
  }
}

void StoreWriter::remove_created() const {
  for (const auto& path : created_) ::rmdir(path.c_str());
}

StoreWriter::~StoreWriter() {
  if (closed_) return;
  std::error_code ignored;
  // The manifest may have been replaced before its last step failed; what it names stays.
  const std::set<std::string> listed = listed_shards(folder_);
  for (const ShardEntry& shard : shards_) {
    if (!listed.contains(shard.file)) std::filesystem::remove(folder_ / shard.file, ignored);
  }
  remove_created();
}

void StoreWriter::append(const JetRecords& jets, Split split) {
  if (jets.size() == 0) return;
  const auto place = static_cast<std::size_t>(split);
  for (const std::uint8_t label : jets.label) ++counts_[place][label];
  pending_[place].append(jets);
  if (pending_[place].size() >= kShardJets || pending_[place].images.pixel.size() >= kShardPixels) write_shard(split);
}

void StoreWriter::write_shard(Split split) {
  const auto place = static_cast<std::size_t>(split);
  JetRecords& jets = pending_[place];
  if (jets.size() == 0) return;
  const std::string number = text(written_[place]++);
  const std::string start =
      text(split_name(split), "-", std::string(5 - std::min<std::size_t>(5, number.size()), '0'), number, "-");
  OutputFile file(folder_ / (start + "shard"));
  Sha256 hash;
  encode_shard(jets, [&](std::span<const std::byte> bytes) {
    hash.add(bytes);
    file.write(bytes);
  });
  const std::string digest = hash.hex();
  const std::string name = text(start, digest.substr(0, kDigestDigits), ".arrow");
  shards_.push_back({name, split, jets.size(), file.size(), digest});  // the destructor removes it if the commit fails
  file.commit_as(name);
  jets.clear();
}

void StoreWriter::close(Manifest manifest) {
  for (const Split split : kSplits) write_shard(split);
  manifest.counts = counts_;
  manifest.shards = shards_;
  write_manifest(folder_, manifest);
  closed_ = true;
  remove_unlisted(folder_);
}

namespace {

// Opens a shard that is as long as the manifest says.
InputFile open_shard(const std::filesystem::path& store, const ShardEntry& shard) {
  InputFile file(store / shard.file);
  if (file.size() != shard.bytes) {
    throw Error(text(file.path(), ": holds ", file.size(), " bytes, the manifest says ", shard.bytes,
                     " (it was cut short or replaced; prepare the data again)"));
  }
  return file;
}

JetRecords read_shard(const std::filesystem::path& store, const Manifest& manifest, const ShardEntry& shard) {
  const InputFile file = open_shard(store, shard);
  const std::string where = file.path().string();
  std::vector<std::byte> bytes(shard.bytes);
  file.read(0, bytes);
  if (sha256(bytes) != shard.sha256)
    throw Error(text(
        where, ": differs from its digest in the manifest (it is damaged or was replaced; prepare the data again)"));
  JetRecords jets = decode_shard(bytes, manifest.shape, manifest.observer_names, where);
  if (jets.size() != shard.jets) throw Error(text(where, ": holds another number of jets than the manifest says"));
  return jets;
}

}  // namespace

void check_shards(const std::filesystem::path& store, const Manifest& manifest) {
  for (const ShardEntry& shard : manifest.shards) open_shard(store, shard);
}

JetRecords read_split(const std::filesystem::path& store, const Manifest& manifest, Split split, int threads) {
  std::vector<const ShardEntry*> shards;
  for (const ShardEntry& shard : manifest.shards) {
    if (shard.split == split) shards.push_back(&shard);
  }
  std::vector<JetRecords> parts(shards.size());
  parallel_for(shards.size(), threads,
               [&](std::size_t index, int) { parts[index] = read_shard(store, manifest, *shards[index]); });
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

void for_each_shard(const std::filesystem::path& store, const Manifest& manifest, Split split,
                    const std::function<void(JetRecords&&)>& sink) {
  for (const ShardEntry& shard : manifest.shards) {
    if (shard.split == split) sink(read_shard(store, manifest, shard));
  }
}

}  // namespace jetvit
