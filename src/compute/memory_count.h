#pragma once

#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace jetvit {

// Counts the memory of the tensors that are allocated on the CPU during its lifetime, by all threads. Only one object
// at a time. Memory that libraries take for themselves does not count.
class MemoryCount {
 public:
  MemoryCount();
  ~MemoryCount();
  MemoryCount(const MemoryCount&) = delete;
  MemoryCount& operator=(const MemoryCount&) = delete;

  std::size_t peak() const;  // bytes; the most that they had at one time

  // For the allocator.
  void add(const void* block, std::size_t bytes);
  void remove(const void* block);  // one from before its lifetime counts as nothing

 private:
  mutable std::mutex mutex_;
  std::unordered_map<const void*, std::size_t> blocks_;
  std::size_t used_ = 0, peak_ = 0;
};

}  // namespace jetvit
