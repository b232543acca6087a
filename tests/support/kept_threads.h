#pragma once

#include <ATen/Parallel.h>

namespace jetvit::test {

// At its end ATen has as many threads again as at its start. For tests of commands, which set them.
class KeptThreads {
 public:
  KeptThreads() = default;
  ~KeptThreads() { at::set_num_threads(threads_); }
  KeptThreads(const KeptThreads&) = delete;
  KeptThreads& operator=(const KeptThreads&) = delete;

 private:
  int threads_ = at::get_num_threads();
};

}  // namespace jetvit::test
