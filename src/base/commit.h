#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace jetvit {

// Writes one file atomically; jetvit writes every single file this way. The bytes go to a temporary file in the same
// folder. commit() makes it durable (fsync, checked close), renames it to `path` and makes the folder durable. A
// reader, or a restart after a crash, finds either the old or the new content. Without commit() the destructor removes
// the temporary file. That of a killed process is removed by the next process that writes to the folder.
class OutputFile {
 public:
  // Throws Error if the folder is missing or not writable.
  explicit OutputFile(std::filesystem::path path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Appends `bytes`. Throws Error if they cannot be written, for example on a full disk. The disk starts to write while
  // more bytes arrive, so commit() waits only for the last of them.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view bytes) { write(std::as_bytes(std::span(bytes))); }
  std::size_t size() const { return size_; }  // bytes written

  // Path of the temporary file, for libraries that must write by path themselves. commit() makes its content durable.
  const std::filesystem::path& temporary_path() const { return temporary_; }

  // Replaces `path`. Throws Error naming the path and the cause; then the old content stays.
  void commit();
  // Same, but under another name in the same folder, for names that depend on the content.
  void commit_as(const std::string& name);
  // Same as commit_as(), but does not sync the folder: one sync_folder() makes the names of many files durable.
  void replace_as(const std::string& name);

 private:
  void replace();

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
  std::size_t size_ = 0;
  std::size_t started_ = 0;  // bytes that the disk was asked to write
};

// Makes the file names in `folder` durable (fsync). Throws Error naming the folder.
void sync_folder(const std::filesystem::path& folder);

// Writes `content` to `path` with OutputFile; throws the same errors.
void commit_text(const std::filesystem::path& path, std::string_view content);

// Gives the complete and durable file `from` a second name `to` (hard link); sync_folder() makes the name durable.
// Returns false if `to` exists or the file systems do not support the link. Throws Error on any other failure.
bool link_file(const std::filesystem::path& from, const std::filesystem::path& to);

// Throws Error if `path` exists, unless `overwrite` is true. The message suggests `overwrite`.
void refuse_existing(const std::filesystem::path& path, bool overwrite);

// Removes the file if it exists. Throws Error naming the cause.
void remove_file(const std::filesystem::path& path);

// Creates the folder `path` and its missing parents durably. Throws Error naming the cause.
void create_folder(const std::filesystem::path& path);

// Whether `name` (without folder) is a temporary file of OutputFile.
bool is_temporary(std::string_view name);

// Removes the temporary files that killed processes left in `folder`: those that no process locks (flock), on this host
// or another. Does nothing if `folder` does not exist, or if its file system has no locks.
void remove_stale_temporaries(const std::filesystem::path& folder);

}  // namespace jetvit
