#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace jetvit {

// Parts of the error message for a refused process: "FOLDER: problem (process 71 on host node7; suggestion)".
struct LockWords {
  std::string_view problem = "another process is writing to it";
  std::string_view suggestion = "wait for it, or choose another folder";
};

// Reserves a folder for one writing process during the lifetime of the object. It takes an advisory lock (flock) on a
// file that names the process and host of the owner. The lock ends with the process, however the process ends; the next
// process reuses the file of a killed one. Network file systems share such locks between hosts. On a file system
// without locks, the existence of the file decides, and the file of a process killed on another host must be removed by
// hand.
class FolderLock {
 public:
  // Uses the file .jetvit-lock in `folder`. Throws Error if another process holds the lock, or if the folder is missing
  // or not writable.
  explicit FolderLock(const std::filesystem::path& folder, LockWords words = {});

  // Uses a lock file elsewhere, for a folder that does not exist yet. Throws the same errors.
  FolderLock(const std::filesystem::path& folder, std::filesystem::path file, LockWords words);

  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  // Whether another process holds the lock of `folder` at this moment. On a file system without locks, an owner on
  // another host counts as one that still holds it.
  static bool is_held(const std::filesystem::path& folder);

  // Whether `name` (without folder) is the name of the lock file in a folder.
  static bool is_lock_file(std::string_view name);
  // Whether there is such a file in `folder`: its owner works, or was killed.
  static bool is_left_in(const std::filesystem::path& folder);

 private:
  bool open_and_lock(const std::filesystem::path& folder, LockWords words);
  void sign(const std::filesystem::path& folder) const;

  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace jetvit
