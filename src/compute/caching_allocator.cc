#include "compute/caching_allocator.h"

#include <atomic>
#include <cstddef>

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <c10/util/Exception.h>

#include "base/text.h"
#include "compute/block_cache.h"
#include "compute/memory_count.h"

namespace jetvit {
namespace {

// Smaller blocks come from malloc. Blocks of this size and larger are those that malloc would map individually.
constexpr std::size_t kSmallestKept = 4 << 10;  // bytes

// Never destroyed, because tensors may outlive static objects.
BlockCache& blocks() {
  static auto* const kept = new BlockCache;
  return *kept;
}

void keep(void* memory) {
  blocks().deallocate(memory);
}

// Releases memory of both kinds.
void release(void* memory) {
  if (memory != nullptr && !blocks().deallocate(memory)) c10::free_cpu(memory);
}

std::atomic<MemoryCount*> counting = nullptr;

// Of blocks that were allocated while somebody counted, who may be gone.
void release_counted(void* memory) {
  if (MemoryCount* const count = counting) count->remove(memory);
  release(memory);
}

class TensorMemory : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    const bool kept = bytes >= kSmallestKept;
    void* const memory = kept ? blocks().allocate(bytes) : c10::alloc_cpu(bytes);
    TORCH_CHECK_WITH(OutOfMemoryError, memory != nullptr || bytes == 0, "a tensor needs ",
                     human_bytes(static_cast<double>(bytes)));
    MemoryCount* const count = counting;
    if (count == nullptr) return {memory, memory, kept ? &keep : &c10::free_cpu, c10::Device(c10::kCPU)};
    count->add(memory, bytes);
    return {memory, memory, &release_counted, c10::Device(c10::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }
};

}  // namespace

void install_caching_allocator() {
  static TensorMemory memory;
  c10::SetCPUAllocator(&memory, /*priority=*/1);
}

void release_kept_memory() {
  blocks().release_kept();
}

void count_allocations(MemoryCount* count) {
  counting = count;
}

}  // namespace jetvit
