#pragma once

namespace jetvit {

// Installs an allocator that keeps the memory of large CPU tensors for reuse (compute/block_cache.h), for the lifetime
// of the process. Activations are allocated and released in every step; without this, the kernel maps and clears their
// memory each time. Call it once, before the first tensor is created.
void install_caching_allocator();

}  // namespace jetvit
