#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jetvit {

// A file open for reading at given positions; safe to share between threads (pread), never memory-mapped, so that a
// file that shrinks under the reader is an Error and not a SIGBUS.
class InputFile {
 public:
  // Throws Error where the path is missing, unreadable or not a regular file.
  explicit InputFile(std::filesystem::path path);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  InputFile& operator=(InputFile&&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }  // bytes, when it was opened

  // Fills `out` from byte `position`; throws Error where the file ends before.
  void read(std::uint64_t position, std::span<std::byte> out) const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

// The folder that a path lies in ("." for a bare name).
std::filesystem::path parent_folder(const std::filesystem::path& path);

// Writes all bytes, in as many calls as that takes. Returns 0 or the errno of the call that failed.
int write_all(int descriptor, std::span<const std::byte> bytes);

// Throws Error "path: cannot WHAT (reason)" for the errno `cause`.
[[noreturn]] void throw_system_error(const std::filesystem::path& path, std::string_view what, int cause);

// Whether two files hold the same bytes; reads them up to the first difference.
bool have_same_content(const std::filesystem::path& one, const std::filesystem::path& other);

// The whole file; throws Error where it holds more than `limit` bytes.
std::string read_text_file(const std::filesystem::path& path, std::uint64_t limit);
std::vector<std::byte> read_binary_file(const std::filesystem::path& path, std::uint64_t limit);

}  // namespace jetvit
