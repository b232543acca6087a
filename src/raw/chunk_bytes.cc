#include "raw/chunk_bytes.h"

#include <algorithm>

#include "base/error.h"

namespace jetvit {

ChunkBytes::ChunkBytes(const InputFile& file, std::uint64_t offset, std::uint64_t size, std::size_t window)
    : file_(&file), position_(offset), end_(offset + size), min_window_(window) {}

// All bytes of the window from `position` on, at least `least`.
std::span<const std::byte> ChunkBytes::from_window(std::uint64_t position, std::uint64_t least) {
  if (file_ == nullptr) return memory_.subspan(position);
  const std::uint64_t window_end = window_begin_ + window_size_;
  if (position < window_begin_ || position > window_end || window_end - position < least) {
    window_size_ = static_cast<std::size_t>(std::min(std::max<std::uint64_t>(least, min_window_), end_ - position));
    if (window_.size() < window_size_) window_.resize(window_size_);
    window_begin_ = position;
    file_->read(position, std::span(window_).first(window_size_));
  }
  const auto begin = static_cast<std::size_t>(position - window_begin_);
  return std::span<const std::byte>(window_).subspan(begin, window_size_ - begin);
}

std::span<const std::byte> ChunkBytes::peek(std::uint64_t ahead) {
  return ahead < left() ? from_window(position_ + ahead, 1) : std::span<const std::byte>();
}

void ChunkBytes::skip(std::uint64_t count) {
  position_ += std::min(count, left());
}

std::span<const std::byte> ChunkBytes::take(std::uint64_t count) {
  if (count > left()) throw Error("a page is cut short");
  const auto bytes = from_window(position_, count).first(static_cast<std::size_t>(count));
  position_ += count;
  return bytes;
}

}  // namespace jetvit
