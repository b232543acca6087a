#include "tfrecord/picture_set.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "base/digest.h"
#include "base/error.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "pictures/png_reader.h"

namespace jetvit {
namespace {

constexpr std::array<const char*, 2> kClasses = {"0", "1"};

void check_shards(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& records,
                  const std::vector<RecordShard>& shards) {
  std::set<std::string> present;
  for (const std::filesystem::path& file : records) present.insert(file.filename());
  for (const RecordShard& shard : shards) {
    if (present.erase(shard.file) > 0) continue;
    throw Error(text(folder / shard.file, ": is missing (", kPreparationName, " lists it with ", shard.jets,
                     " jets; prepare the pictures again)"));
  }
  if (!present.empty()) {
    throw Error(text(folder / *present.begin(), ": is not among the files in ", kPreparationName,
                     " (name the files to read instead of the folder)"));
  }
}

void check_classes(const std::filesystem::path& folder, const std::array<std::uint64_t, 2>& classes) {
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const std::filesystem::path of_class = folder / kClasses[label];
    const std::uint64_t found = std::filesystem::is_directory(of_class) ? count_pictures(of_class) : 0;
    if (found == classes[label]) continue;
    throw Error(text(of_class, ": holds ", found, " pictures, but ", kPreparationName, " states ", classes[label],
                     " (prepare the pictures again)"));
  }
}

}  // namespace

void check_picture_set(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& records) {
  const std::optional<PreparationFile> stated = read_preparation(folder);
  if (!stated) return;
  if (stated->shards) {
    check_shards(folder, records, *stated->shards);
  } else if (stated->classes) {
    check_classes(folder, *stated->classes);
  }
}

std::vector<std::optional<RecordShard>> stated_shards(const std::vector<std::filesystem::path>& files) {
  std::vector<std::optional<RecordShard>> out;
  std::filesystem::path folder;
  std::optional<PreparationFile> stated;  // in `folder`
  for (const std::filesystem::path& file : files) {
    if (out.empty() || file.parent_path() != folder) {
      folder = file.parent_path();
      stated = read_preparation(folder);
    }
    std::optional<RecordShard>& entry = out.emplace_back();
    if (!stated || !stated->shards) continue;
    const auto found = std::find_if(stated->shards->begin(), stated->shards->end(),
                                    [&](const RecordShard& shard) { return shard.file == file.filename(); });
    if (found == stated->shards->end()) continue;
    entry = *found;
    if (const std::uint64_t bytes = std::filesystem::file_size(file); bytes != entry->bytes) {
      throw Error(text(file, ": holds ", bytes, " bytes, but ", kPreparationName, " states ", entry->bytes,
                       " (it was cut short or replaced; prepare the pictures again)"));
    }
  }
  return out;
}

void verify_records(const std::vector<std::filesystem::path>& files) {
  const std::vector<std::optional<RecordShard>> stated = stated_shards(files);
  for (std::size_t index = 0; index < files.size(); ++index) {
    if (!stated[index]) {
      throw UsageError(text("`verify`: ", files[index], " has no digest to compare with (no ", kPreparationName,
                            " next to it lists it)"));
    }
    throw_if_stopped();
    if (sha256_of_file(files[index]) != stated[index]->sha256) {
      throw Error(text(files[index], ": differs from its digest in ", kPreparationName,
                       " (it is damaged or was replaced; prepare the pictures again)"));
    }
  }
}

}  // namespace jetvit
