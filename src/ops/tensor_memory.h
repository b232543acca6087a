#pragma once

namespace jetvit {

// From now on memory of large tensors on the CPU is kept when they go and given to the next ones (base/block_cache.h),
// for the life of the process. Activations come and go with every step; without this the kernel maps and clears them
// anew each time. Call it once, before the first tensor is made.
void keep_tensor_memory();

}  // namespace jetvit
