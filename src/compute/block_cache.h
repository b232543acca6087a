#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <unordered_map>

namespace jetvit {

// A cache of memory blocks. A block that is deallocated is kept and reused for requests of the same size or up to a
// fifth less. A program that repeatedly allocates the same large blocks then has the kernel map and clear them once
// instead of every time. The total size of used and kept blocks is at most 1.5 times the peak of used bytes; beyond
// that, the blocks that were deallocated first are released. Thread-safe.
class BlockCache {
 public:
  static constexpr std::size_t kAlignment = 64;  // bytes

  BlockCache() = default;
  ~BlockCache();
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  // Returns `bytes` (at least 1) uninitialized bytes, aligned to kAlignment; nullptr if the system has no memory left.
  void* allocate(std::size_t bytes);

  // Takes back a block of allocate() and returns true. Returns false if the block does not belong to this cache.
  bool deallocate(void* block);

  // Releases all kept blocks and forgets the peak.
  void release_kept();

  // Total bytes of all blocks, used and kept.
  std::size_t reserved_bytes() const;

 private:
  struct Kept {
    void* block;
    std::size_t order;  // of deallocation
  };

  void* reuse_block(std::size_t bytes);
  void* reserve(std::size_t bytes);
  bool release_oldest();

  mutable std::mutex mutex_;
  std::unordered_map<void*, std::size_t> in_use_;  // with their sizes
  std::multimap<std::size_t, Kept> kept_;          // by size
  std::size_t used_bytes_ = 0, kept_bytes_ = 0, most_used_bytes_ = 0;
  std::size_t next_order_ = 0;
};

}  // namespace jetvit
