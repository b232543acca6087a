#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/folder_lock.h"

namespace jetvit {

// What messages call who makes an output, and the option that names it.
struct OutputWords {
  std::string_view maker = "preparation";
  std::string_view option = "--out";
};

// A folder of very many small files as one output. They are written into a hidden folder beside `path`; commit() makes
// them durable all at once (syncfs: an fsync for each of a million files would take an hour) and renames them. A
// reader, or a restart after a crash, finds either the whole new folder or what was there before.
//
// Work of hours can be gone on with: where the caller leaves a record of what is done at record_path(), the hidden
// folder outlives the process, and the next OutputFolder of the same path begins with the files and the record in it.
class OutputFolder {
 public:
  // What stands at `path` may be an empty folder; anything else is refused, or, with `overwrite`, replaced if `is_ours`
  // recognises every file in it (called with the path below the folder). Throws Error, also where another process is
  // writing the same output.
  OutputFolder(std::filesystem::path path, bool overwrite, std::function<bool(const std::filesystem::path&)> is_ours,
               OutputWords words = {});
  ~OutputFolder();  // without commit() or a record, removes what was written
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Where the files lie until commit().
  const std::filesystem::path& temporary_path() const { return files_; }

  // A new folder, or one that unfinished work left.
  void add_folder(std::string_view name);
  // A new file of these bytes; safe to call from several threads. Throws Error naming the path and the cause.
  void add_file(std::string_view name, std::string_view bytes);

  // Where the record belongs; no file of the output.
  const std::filesystem::path& record_path() const { return record_; }
  bool is_unfinished() const;  // whether the record and the files it speaks of are there
  void discard_unfinished();   // begins anew
  // Makes all files so far durable, for a record that counts on them.
  void sync() const;

  void commit();  // throws Error; what was there before stays then

 private:
  void refuse_foreign(bool overwrite) const;
  void remove_work();
  void replace();
  void exchange(const std::filesystem::path& whole);

  std::filesystem::path path_;
  std::filesystem::path work_, files_, record_;  // the hidden folder and what is in it
  std::function<bool(const std::filesystem::path&)> is_ours_;
  bool overwrite_;
  OutputWords words_;
  bool is_committed_ = false;
  std::vector<std::filesystem::path> created_;  // parent folders, the innermost first
  std::unique_ptr<FolderLock> lock_;            // for as long as the output is made
};

}  // namespace jetvit
