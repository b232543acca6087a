#pragma once

#include "compute/compute_options.h"

namespace jetvit {

// Configures libtorch as jetvit's programs do: installs the allocator that keeps the memory of large tensors
// (compute/caching_allocator.h) and sets the number of threads. Call it before the first tensor is created; later calls
// only change the number of threads. Two more settings take effect earlier:
//   - MKL's choice of kernels: by linking the program with jetvit::compute (compute/mkl_dispatch.cc).
//   - The spin time of idle threads: libgomp reads it from the environment when it is loaded. Programs that start
//     another one call limit_spinning() first; otherwise set GOMP_SPINCOUNT as described there.
void initialize_runtime(const ComputeOptions& options = {});

}  // namespace jetvit
