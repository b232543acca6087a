#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/folder_lock.h"
#include "jet/jet_reader.h"
#include "store/contents.h"
#include "store/manifest.h"

namespace jetvit {

// Writes a jet store: shards as jets come in, batch by batch, so that the disk writes while jets are made, and the
// manifest last. A folder without manifest is no store, so that an interrupted run leaves nothing that could be taken
// for whole. Shards are named by their content: a store that is written anew stays whole, old until the manifest is
// replaced and new from then on.
class StoreWriter {
 public:
  // Creates `folder`; removes files that an interrupted run left there and no record names. Throws Error where it holds
  // anything else than a store or work on one, and where another writer is at work in it.
  explicit StoreWriter(std::filesystem::path folder);

  // Without close() or close_part() what was written since the last save() is removed, and so are folders that were
  // created and hold nothing else.
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  void append(const JetRecords& jets, Split split);
  const StoreContents& contents() const { return contents_; }  // without what is pending
  // Lists a row in the report of skipped rows.
  void report(const std::string& file, const SkippedRow& row);

  // The unfinished work that stands in the folder; none where there is none, or where it is damaged.
  std::optional<WorkRecord> unfinished() const;
  // Goes on from it, after all its files were compared with their digests; throws Error naming one that differs.
  void resume(const StoreContents& contents);
  // Removes it.
  void discard_unfinished();

  // Writes what is pending, so that the files hold all jets and rows so far, and the record that unfinished() reads.
  void save(const Json& command, const Json& state);

  // Takes the files of a part that stands in another folder, which stays: by hard links, or copies where the file
  // system has none, after they were compared with their digests. Throws Error naming one that differs.
  void add_part(const std::filesystem::path& folder, const StoreContents& contents);

  // Writes what is left, then the manifest with the shards, counts and report of skipped rows filled in; removes the
  // files of the store that was replaced.
  void close(Manifest manifest);
  // The same with part.json instead of the manifest: a part of a store, for add_part().
  void close_part(const Json& command, const Json& state);

 private:
  class Report;
  class Shard;

  void flush();
  void write_batch(Split split);
  void close_shard(Split split);
  std::string next_name(Split split);
  void take(const std::filesystem::path& from, FileEntry& entry, const std::string& start);
  std::optional<FileEntry> join_reports();
  void remove_created();

  std::filesystem::path folder_;
  std::vector<std::filesystem::path> created_;    // folders, the innermost first
  std::unique_ptr<FolderLock> lock_;              // once the folder is there
  std::array<JetRecords, 3> pending_;             // of the next batch of each split
  std::array<std::unique_ptr<Shard>, 3> shards_;  // under way
  std::unique_ptr<Report> report_;                // where rows were skipped since the last flush()
  std::array<int, 3> written_{};
  StoreContents contents_;
  bool closed_ = false;
};

// All jets of a split, in the order in which they were prepared. Every shard is read whole, and its size and SHA-256
// are compared with the manifest: a shard that was cut short or replaced gives an Error that names it.
JetRecords read_split(const std::filesystem::path& store, const Manifest& manifest, Split split, int threads);

// Calls `sink`, on the calling thread, with the jets of a split shard by shard, in the order of read_split(): memory
// holds at most one shard a thread and one more, whatever the size of the store. Throws as read_split().
void for_each_shard(const std::filesystem::path& store, const Manifest& manifest, Split split,
                    const std::function<void(JetRecords&&)>& sink, int threads = 1);

// Whether every shard, and the report of skipped rows, is there and of the size that the manifest states: quick, unlike
// read_split(). Throws Error naming the first that is not.
void check_shards(const std::filesystem::path& store, const Manifest& manifest);

}  // namespace jetvit
