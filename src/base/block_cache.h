#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <unordered_map>

namespace jetvit {

// Blocks of memory that are kept when they are given back and handed out again to whoever asks for as much, or up to a
// fifth less. A program that allocates the same large blocks over and over then has them mapped and cleared by the
// kernel once instead of every time. Blocks in use and kept ones together stay below one and a half times the most that
// was in use at once: before that, those that were given back the longest ago are released. Safe from any thread.
class BlockCache {
 public:
  static constexpr std::size_t kAlignment = 64;  // bytes

  BlockCache() = default;
  ~BlockCache();
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  // `bytes` uninitialised bytes, at least 1, at kAlignment; nullptr where the system has no more.
  void* allocate(std::size_t bytes);

  // Takes back a block of allocate() and returns true; false where the block is not of this cache.
  bool give_back(void* block);

  // Bytes of all blocks, in use and kept.
  std::size_t held_bytes() const;

 private:
  struct Kept {
    void* block;
    std::size_t turn;
  };

  void* take_kept(std::size_t bytes);
  void* reserve(std::size_t bytes);
  bool release_oldest();

  mutable std::mutex mutex_;
  std::unordered_map<void*, std::size_t> in_use_;  // with their sizes
  std::multimap<std::size_t, Kept> kept_;          // by size
  std::size_t used_bytes_ = 0, kept_bytes_ = 0, most_used_bytes_ = 0;
  std::size_t turn_ = 0;
};

}  // namespace jetvit
