#pragma once

namespace jetvit {

class MemoryCount;

// Installs an allocator that keeps the memory of large CPU tensors for reuse (compute/block_cache.h), for the lifetime
// of the process. Activations are allocated and released in every step; without this, the kernel maps and clears their
// memory each time. Call it before the first tensor is created; later calls change nothing.
void install_caching_allocator();

// Gives the kept memory back to the system, before a training that estimates what is available.
void release_kept_memory();

// Reports all allocations from now on to `count`; to nobody if it is null.
void count_allocations(MemoryCount* count);

}  // namespace jetvit
