#include "raw/chunk_bytes.h"

#include <algorithm>

#include "base/error.h"

namespace jetvit {

ChunkBytes::ChunkBytes(const InputFile& file, std::uint64_t offset, std::uint64_t size, std::size_t window)
    : file_(&file), place_(offset), end_(offset + size), window_least_(window) {}

// All bytes of the window from `place` on, at least `least`.
std::span<const std::byte> ChunkBytes::from_window(std::uint64_t place, std::uint64_t least) {
  if (file_ == nullptr) return memory_.subspan(place);
  const std::uint64_t window_end = window_begin_ + window_size_;
  if (place < window_begin_ || place > window_end || window_end - place < least) {
    window_size_ = static_cast<std::size_t>(std::min(std::max<std::uint64_t>(least, window_least_), end_ - place));
    if (window_.size() < window_size_) window_.resize(window_size_);
    window_begin_ = place;
    file_->read(place, std::span(window_).first(window_size_));
  }
  const auto begin = static_cast<std::size_t>(place - window_begin_);
  return std::span<const std::byte>(window_).subspan(begin, window_size_ - begin);
}

std::span<const std::byte> ChunkBytes::peek(std::uint64_t ahead) {
  return ahead < left() ? from_window(place_ + ahead, 1) : std::span<const std::byte>();
}

void ChunkBytes::skip(std::uint64_t count) {
  place_ += std::min(count, left());
}

std::span<const std::byte> ChunkBytes::take(std::uint64_t count) {
  if (count > left()) throw Error("a page is cut short");
  const auto bytes = from_window(place_, count).first(static_cast<std::size_t>(count));
  place_ += count;
  return bytes;
}

}  // namespace jetvit
