#pragma once

#include <filesystem>
#include <string_view>

namespace jetvit {

// Keeps a folder for one writing process, for as long as the object lives: an advisory lock on the folder itself
// (flock), which leaves no file behind and ends with the process however that ends.
class FolderLock {
 public:
  // Throws Error where another process holds the folder (`refusal` says what it does and what to do about it), or where
  // the folder cannot be opened.
  explicit FolderLock(const std::filesystem::path& folder,
                      std::string_view refusal = "another process writes there (wait for it, or name another folder)");
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace jetvit
