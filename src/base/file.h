#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jetvit {

// A file that is opened for reading at given positions. Threads may share it (pread). It is never memory-mapped, so a
// file that shrinks while it is read causes an Error and not a SIGBUS.
class InputFile {
 public:
  // Throws Error if the path is missing, unreadable or not a regular file.
  explicit InputFile(std::filesystem::path path);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  InputFile& operator=(InputFile&&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }  // bytes, when the file was opened

  // Fills `out` with the bytes from `position` on. Throws Error if the file ends before `out` is full.
  void read(std::uint64_t position, std::span<std::byte> out) const;

  // Asks the kernel to read a part in the background.
  void prefetch(std::uint64_t position, std::uint64_t bytes) const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

// The folder that contains `path` ("." for a bare name).
std::filesystem::path parent_folder(const std::filesystem::path& path);

// Writes all bytes, in several calls if necessary. Returns 0, or the errno of the failed call.
int write_all(int descriptor, std::span<const std::byte> bytes);

// Throws Error "PATH: cannot WHAT (reason)" for the errno `cause`.
[[noreturn]] void throw_system_error(const std::filesystem::path& path, std::string_view what, int cause);

// Whether two files have the same content. Reads them up to the first difference. Throws Error if one cannot be read.
bool have_same_content(const std::filesystem::path& one, const std::filesystem::path& other);

// Reads a complete file. Throws Error if it cannot be read or has more than `limit` bytes.
std::string read_text_file(const std::filesystem::path& path, std::uint64_t limit);
std::vector<std::byte> read_binary_file(const std::filesystem::path& path, std::uint64_t limit);

}  // namespace jetvit
