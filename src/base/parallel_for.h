#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace jetvit {

// Calls body(index, thread) for every index below `count` on up to `threads` threads. Indices are assigned in order,
// one at a time. The first exception stops the loop and is rethrown here.
template <class Body>
void parallel_for(std::size_t count, int threads, Body&& body) {
  if (count == 0) return;
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto work = [&](int thread) {
    try {
      for (std::size_t index = next++; index < count; index = next++) body(index, thread);
    } catch (...) {
      next = count;
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  const int workers = static_cast<int>(std::min<std::size_t>(count, static_cast<std::size_t>(std::max(threads, 1))));
  {
    std::vector<std::jthread> pool;
    for (int thread = 1; thread < workers; ++thread) pool.emplace_back(work, thread);
    work(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace jetvit
