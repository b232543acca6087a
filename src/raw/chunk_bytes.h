#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/file.h"

namespace jetvit {

// The bytes of a column chunk from front to back: held in memory, or read from the file through a window as they are
// asked for, so that a chunk of any size costs no more memory than its largest page.
class ChunkBytes {
 public:
  explicit ChunkBytes(std::span<const std::byte> bytes) : memory_(bytes), end_(bytes.size()) {}

  // `size` bytes of `file`, which must outlive the object, from byte `offset`; `window` bytes are read at once.
  ChunkBytes(const InputFile& file, std::uint64_t offset, std::uint64_t size, std::size_t window);

  bool is_in_memory() const { return file_ == nullptr; }
  std::uint64_t place() const { return place_; }  // in the file, or in the bytes in memory
  std::uint64_t left() const { return end_ - place_; }

  // Some of the bytes that lie `ahead` bytes before us, at least one where there are any; they live until the next
  // call.
  std::span<const std::byte> peek(std::uint64_t ahead);
  void skip(std::uint64_t count);  // at most left()
  // The next bytes, which live until the next call. Throws Error where fewer are left.
  std::span<const std::byte> take(std::uint64_t count);

 private:
  std::span<const std::byte> from_window(std::uint64_t place, std::uint64_t least);

  std::span<const std::byte> memory_;
  const InputFile* file_ = nullptr;
  std::uint64_t place_ = 0, end_ = 0;
  std::vector<std::byte> window_;
  std::uint64_t window_begin_ = 0;
  std::size_t window_size_ = 0, window_least_ = 0;
};

}  // namespace jetvit
