#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace jetvit {

// The one way in which jetvit writes a file: into a temporary in the same folder, which commit() makes durable (fsync,
// checked close) and renames over `path` before it makes the folder durable. A reader, or a restart after a crash,
// finds either the old or the new content. Without commit() the destructor removes the temporary.
class OutputFile {
 public:
  // Throws Error where the folder is missing or not writable.
  explicit OutputFile(std::filesystem::path path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Appends; throws Error on a full disk. The disk begins to write while more bytes come, so that commit() waits for
  // the last of them only.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view bytes) { write(std::as_bytes(std::span(bytes))); }
  std::size_t size() const { return size_; }  // bytes written

  // Where a library must write by path itself: the temporary's name. commit() makes what it holds durable.
  const std::filesystem::path& temporary_path() const { return temporary_; }

  void commit();  // throws Error naming the path and the cause; nothing is replaced then
  // The same under another name in the same folder: for names that depend on the content.
  void commit_as(const std::string& name);
  // commit_as() but for its last step, the folder: sync_folder() makes the names of many files durable at once.
  void replace_as(const std::string& name);

 private:
  void replace();

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
  std::size_t size_ = 0;
  std::size_t started_ = 0;  // bytes of them that the disk was told to write
};

// Makes the names in a folder durable; throws Error naming it.
void sync_folder(const std::filesystem::path& folder);

void commit_text(const std::filesystem::path& path, std::string_view content);

// Gives the file `from`, which is whole and durable, the second name `to` by a hard link, durable after sync_folder();
// false where the name is taken or the file systems do not allow that. Throws Error for any other failure.
bool link_file(const std::filesystem::path& from, const std::filesystem::path& to);

// Refuses an existing output, and asks for --overwrite; does nothing where `overwrite` is true.
void refuse_existing(const std::filesystem::path& path, bool overwrite);

// Removes a file that may be there; throws Error naming the cause.
void remove_file(const std::filesystem::path& path);

// Creates `path` and its parents durably; throws Error naming the cause.
void create_folder(const std::filesystem::path& path);

// Whether a file of this name (without folder) is a temporary of OutputFile.
bool is_temporary(std::string_view name);

// Removes the temporaries that a killed process left in `folder`.
void remove_stale_temporaries(const std::filesystem::path& folder);

}  // namespace jetvit
