#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
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

// The whole file; throws Error where it holds more than `limit` bytes.
std::string read_text_file(const std::filesystem::path& path, std::uint64_t limit);
std::vector<std::byte> read_binary_file(const std::filesystem::path& path, std::uint64_t limit);

}  // namespace jetvit
