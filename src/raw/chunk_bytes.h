#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/file.h"

namespace jetvit {

// Reads the bytes of a column chunk from front to back. The chunk is either in memory or read from the file on demand,
// through a window, so a chunk of any size needs no more memory than its largest page.
class ChunkBytes {
 public:
  explicit ChunkBytes(std::span<const std::byte> bytes) : memory_(bytes), end_(bytes.size()) {}

  // Reads `size` bytes of `file` from byte `offset` on, `window` bytes at a time. `file` must outlive the object.
  ChunkBytes(const InputFile& file, std::uint64_t offset, std::uint64_t size, std::size_t window);

  bool is_in_memory() const { return file_ == nullptr; }
  std::uint64_t position() const { return position_; }  // in the file, or in the bytes in memory
  std::uint64_t left() const { return end_ - position_; }

  // Bytes that start `ahead` bytes after the current position: at least one, if any are left there. Valid until the
  // next call. Throws Error if the file cannot be read.
  std::span<const std::byte> peek(std::uint64_t ahead);
  void skip(std::uint64_t count);  // at most left()
  // The next `count` bytes, valid until the next call. Throws Error if fewer are left.
  std::span<const std::byte> take(std::uint64_t count);

 private:
  std::span<const std::byte> from_window(std::uint64_t position, std::uint64_t least);

  std::span<const std::byte> memory_;
  const InputFile* file_ = nullptr;
  std::uint64_t position_ = 0, end_ = 0;
  std::vector<std::byte> window_;
  std::uint64_t window_begin_ = 0;
  std::size_t window_size_ = 0, min_window_ = 0;
};

}  // namespace jetvit
