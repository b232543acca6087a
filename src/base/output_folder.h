#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/folder_lock.h"

namespace jetvit {

// Words for messages: what writes the output, and the option that names the output.
struct OutputWords {
  std::string_view maker = "preparation";
  std::string_view option = "`out`";
};

// A folder of very many small files that is written as one output. The files go to a hidden folder next to `path`.
// commit() makes all of them durable at once (syncfs: an fsync for each of a million files would take an hour) and
// renames the folder. A reader, or a restart after a crash, finds either the complete new folder or the previous
// content.
//
// Long work can be resumed. If the caller stores a record of the finished work at record_path(), the hidden folder
// outlives the process, and the next OutputFolder of the same path starts with its files and its record.
class OutputFolder {
 public:
  // `path` may be an empty folder. Any other existing output is refused or, with `overwrite`, replaced if `is_ours`
  // recognizes every file in it (called with paths relative to the folder). Throws Error if the output is refused or
  // cannot be created, or if another process is writing it.
  OutputFolder(std::filesystem::path path, bool overwrite, std::function<bool(const std::filesystem::path&)> is_ours,
               OutputWords words = {});
  ~OutputFolder();  // without commit() or a record, removes what was written
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Removes what a process that was killed after commit() left next to its output. Does nothing while its owner lives.
  static void remove_leftovers(const std::filesystem::path& path);

  // The folder that holds the files until commit().
  const std::filesystem::path& temporary_path() const { return files_; }

  // Creates a folder, unless unfinished work left it. Throws Error naming the path and the cause.
  void add_folder(std::string_view name);
  // Writes a new file. Safe to call from several threads. Throws Error naming the path and the cause.
  void add_file(std::string_view name, std::string_view bytes);

  // Path for the record, which is not part of the output.
  const std::filesystem::path& record_path() const { return record_; }
  bool is_unfinished() const;  // whether the record and its files exist
  void discard_unfinished();   // starts again; throws Error if the old work cannot be removed
  // Makes all files written so far durable, for a record that relies on them. Throws Error naming the path and the
  // cause.
  void sync() const;

  // Replaces `path`. Throws Error naming the path and the cause; then the previous content stays.
  void commit();

 private:
  void refuse_foreign(bool overwrite) const;
  void remove_work();
  void replace();
  void exchange(const std::filesystem::path& complete);

  std::filesystem::path path_;
  std::filesystem::path work_, files_, record_;  // the hidden folder and its content
  std::function<bool(const std::filesystem::path&)> is_ours_;
  bool overwrite_;
  OutputWords words_;
  bool is_committed_ = false;
  std::vector<std::filesystem::path> created_;  // parent folders, innermost first
  std::unique_ptr<FolderLock> lock_;            // held while the output is written
};

}  // namespace jetvit
