#include "compute/runtime.h"

#include <mutex>

#include <ATen/Parallel.h>

#include "compute/caching_allocator.h"

namespace jetvit {

void initialize_runtime(const ComputeOptions& options) {
  static std::once_flag once;
  std::call_once(once, install_caching_allocator);
  at::set_num_threads(options.threads);
}

}  // namespace jetvit
