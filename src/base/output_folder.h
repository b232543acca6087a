#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/folder_lock.h"

namespace jetvit {

// A folder of very many small files as one output. They are written into a temporary folder beside `path`; commit()
// makes them durable all at once (syncfs: an fsync for each of a million files would take an hour) and renames the
// folder. A reader, or a restart after a crash, finds either the whole new folder or what was there before.
class OutputFolder {
 public:
  // What stands at `path` may be an empty folder; anything else is refused, or, with `overwrite`, replaced if `is_ours`
  // recognises every file in it (called with the path below the folder). Throws Error, also where another process is
  // writing the same output.
  OutputFolder(std::filesystem::path path, bool overwrite, std::function<bool(const std::filesystem::path&)> is_ours);
  ~OutputFolder();  // without commit(), removes what was written
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Where the files lie until commit().
  const std::filesystem::path& temporary_path() const { return temporary_; }

  void add_folder(std::string_view name);
  // A new file of these bytes; safe to call from several threads. Throws Error naming the path and the cause.
  void add_file(std::string_view name, std::string_view bytes);

  void commit();  // throws Error; what was there before stays then

 private:
  void refuse_foreign(bool overwrite) const;
  void replace();

  std::filesystem::path path_;
  std::function<bool(const std::filesystem::path&)> is_ours_;
  bool overwrite_;
  std::vector<std::filesystem::path> created_;  // parent folders, the innermost first
  std::filesystem::path temporary_;
  std::unique_ptr<FolderLock> lock_;  // for as long as the output is made
};

}  // namespace jetvit
