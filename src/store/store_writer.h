#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/folder_lock.h"
#include "jet/jet_reader.h"
#include "store/contents.h"
#include "store/manifest.h"

namespace jetvit {

// Writes a jet store. Jets go to shards batch by batch as they arrive, so the disk writes while jets are prepared. The
// manifest is written last. A folder without a manifest is not a store, so an interrupted run leaves nothing that looks
// complete. Shard names depend on the content. While a store is overwritten, it therefore stays complete: the old store
// until the manifest is replaced, then the new one.
class StoreWriter {
 public:
  // Creates `folder`, and removes files of an interrupted run that no record lists. Throws Error if the folder holds
  // files other than those of a store or of unfinished work, or if another process is writing to it.
  explicit StoreWriter(std::filesystem::path folder);

  // Without close() or close_part(), removes everything written since the last save(), and created folders that are
  // empty.
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  // Adds jets to a split. Throws Error if they cannot be written.
  void append(const JetRecords& jets, Split split);
  const StoreContents& contents() const { return contents_; }  // without the pending jets
  // Adds a row to the report of skipped rows. Throws Error if it cannot be written.
  void report(const std::string& file, const SkippedRow& row);

  // The record of unfinished work in the folder; no value if it is missing or damaged.
  std::optional<WorkRecord> unfinished() const;
  // Continues unfinished work, after comparing all its files with their digests. Throws Error naming a file that
  // differs.
  void resume(const StoreContents& contents);
  // Removes the unfinished work.
  void discard_unfinished();

  // Writes all pending jets and skipped rows to files. Throws Error if they cannot be written.
  void flush();
  // Same, then writes the record for unfinished().
  void save(const Json& command, const Json& state);

  // Adds the files of a part from another folder, after comparing them with their digests. The files are hard-linked,
  // or copied if the file system has no hard links; the other folder is not changed. Throws Error naming a file that
  // differs.
  void add_part(const std::filesystem::path& folder, const StoreContents& contents);

  // Sets the shards, counts and report of skipped rows in the manifest. Writes the remaining jets, then the manifest,
  // and removes the files of the replaced store. Throws Error if something cannot be written.
  void close(Manifest manifest);
  // Same with part.json instead of the manifest: the folder is then a part of a store, for add_part().
  void close_part(const Json& command, const Json& state);

 private:
  class Report;
  class Shard;

  void write_batch(Split split);
  void close_shard(Split split);
  std::string next_name(Split split);
  void take(const std::filesystem::path& from, FileEntry& entry, const std::string& start);
  std::optional<FileEntry> join_reports();
  void remove_created();

  std::filesystem::path folder_;
  std::vector<std::filesystem::path> created_;    // created folders, innermost first
  std::unique_ptr<FolderLock> lock_;              // once the folder exists
  std::array<JetRecords, 3> pending_;             // next batch of each split
  std::array<std::unique_ptr<Shard>, 3> shards_;  // current shard of each split
  std::unique_ptr<Report> report_;                // if rows were skipped since the last flush()
  std::array<int, 3> written_{};                  // shards of each split
  StoreContents contents_;
  bool closed_ = false;
};

}  // namespace jetvit
