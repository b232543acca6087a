#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace jetvit {

// What a refused process reads: "FOLDER: problem (process 71 on host node7; suggestion)".
struct LockWords {
  std::string_view problem = "another process writes there";
  std::string_view suggestion = "wait for it, or name another folder";
};

// Keeps a folder for one writing process, for as long as the object lives: an advisory lock (flock) on a file that says
// which process on which host holds it. The lock ends with the process however that ends; the file of a killed one is
// taken over by the next. Network file systems keep such locks between hosts; on one that has none, the file itself
// decides, and that of a killed process of another host must be removed by hand.
class FolderLock {
 public:
  // With the file .jetvit-lock in the folder. Throws Error where another process holds it, or where the folder is
  // missing or cannot be written.
  explicit FolderLock(const std::filesystem::path& folder, LockWords words = {});

  // With a lock file elsewhere: for a folder that does not stand there yet.
  FolderLock(const std::filesystem::path& folder, std::filesystem::path file, LockWords words);

  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  // Whether a file of this name (without folder) is the one in a locked folder.
  static bool is_lock_file(std::string_view name);

 private:
  bool open_and_lock(const std::filesystem::path& folder, LockWords words);
  void sign(const std::filesystem::path& folder) const;

  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace jetvit
