#include "compute/memory_count.h"

#include <algorithm>

#include "compute/caching_allocator.h"

namespace jetvit {

MemoryCount::MemoryCount() {
  install_caching_allocator();
  count_allocations(this);
}

MemoryCount::~MemoryCount() {
  count_allocations(nullptr);
}

std::size_t MemoryCount::peak() const {
  const std::lock_guard lock(mutex_);
  return peak_;
}

void MemoryCount::add(const void* block, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  blocks_[block] = bytes;
  used_ += bytes;
  peak_ = std::max(peak_, used_);
}

void MemoryCount::remove(const void* block) {
  const std::lock_guard lock(mutex_);
  const auto found = blocks_.find(block);
  if (found == blocks_.end()) return;
  used_ -= found->second;
  blocks_.erase(found);
}

}  // namespace jetvit
