#include "compute/block_cache.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace jetvit {

BlockCache::~BlockCache() {
  while (release_oldest()) {
  }
}

void* BlockCache::allocate(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) return nullptr;
  bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  const std::lock_guard lock(mutex_);
  void* block = reuse_block(bytes);
  if (block == nullptr) block = reserve(bytes);
  return block;
}

// Returns the smallest kept block that is large enough but not much larger, or nullptr.
void* BlockCache::reuse_block(std::size_t bytes) {
  const auto found = kept_.lower_bound(bytes);
  if (found == kept_.end() || found->first > bytes + bytes / 4) return nullptr;
  const auto [size, kept] = *found;
  kept_.erase(found);
  kept_bytes_ -= size;
  used_bytes_ += size;
  most_used_bytes_ = std::max(most_used_bytes_, used_bytes_);
  in_use_.emplace(kept.block, size);
  return kept.block;
}

void* BlockCache::reserve(std::size_t bytes) {
  const std::size_t used = used_bytes_ + bytes;
  const std::size_t most_used = std::max(most_used_bytes_, used);
  while (used + kept_bytes_ > most_used + most_used / 2) release_oldest();
  void* block = std::aligned_alloc(kAlignment, bytes);
  while (block == nullptr && release_oldest()) block = std::aligned_alloc(kAlignment, bytes);
  if (block == nullptr) return nullptr;
  used_bytes_ = used;
  most_used_bytes_ = most_used;
  in_use_.emplace(block, bytes);
  return block;
}

bool BlockCache::deallocate(void* block) {
  const std::lock_guard lock(mutex_);
  const auto found = in_use_.find(block);
  if (found == in_use_.end()) return false;
  const std::size_t bytes = found->second;
  in_use_.erase(found);
  used_bytes_ -= bytes;
  kept_bytes_ += bytes;
  kept_.emplace(bytes, Kept{block, next_order_++});
  return true;
}

bool BlockCache::release_oldest() {
  const auto oldest = std::min_element(kept_.begin(), kept_.end(),
                                       [](const auto& a, const auto& b) { return a.second.order < b.second.order; });
  if (oldest == kept_.end()) return false;
  std::free(oldest->second.block);
  kept_bytes_ -= oldest->first;
  kept_.erase(oldest);
  return true;
}

void BlockCache::release_kept() {
  const std::lock_guard lock(mutex_);
  while (release_oldest()) {
  }
  most_used_bytes_ = used_bytes_;
}

std::size_t BlockCache::reserved_bytes() const {
  const std::lock_guard lock(mutex_);
  return used_bytes_ + kept_bytes_;
}

}  // namespace jetvit
