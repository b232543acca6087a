#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace jetvit {

// Calls make(index, thread) for the indices below `count` on `threads` threads of its own and hands the results to
// take(result) on the calling thread, in order of the index, until take() returns false. At most `ahead` indices are
// made or wait to be taken, so that memory is bounded. The exception of the lowest index that failed is rethrown here
// after what came before it was taken; an exception of take() stops the making too.
template <class Make, class Take>
void ordered_for(std::size_t count, int threads, std::size_t ahead, Make&& make, Take&& take) {
  struct Outcome {
    std::optional<decltype(make(std::size_t{}, 0))> result;
    std::exception_ptr failure;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::size_t, Outcome> done;
  std::size_t next = 0;
  std::size_t taken = 0;
  bool stopped = false;
  const auto work = [&](int thread) {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stopped || next >= count || next < taken + ahead; });
      if (stopped || next >= count) return;
      const std::size_t index = next++;
      lock.unlock();
      Outcome outcome;
      try {
        outcome.result.emplace(make(index, thread));
      } catch (...) {
        outcome.failure = std::current_exception();
      }
      lock.lock();
      stopped = stopped || outcome.failure;
      done.emplace(index, std::move(outcome));
      changed.notify_all();
    }
  };
  const auto take_all = [&] {
    for (std::size_t index = 0; index < count; ++index) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return done.contains(index); });
      Outcome outcome = std::move(done.extract(index).mapped());
      ++taken;
      changed.notify_all();
      lock.unlock();
      if (outcome.failure) std::rethrow_exception(outcome.failure);
      if (!take(std::move(*outcome.result))) return;
    }
  };
  std::exception_ptr failure;
  {
    const auto workers = std::min<std::size_t>(count, static_cast<std::size_t>(std::max(threads, 1)));
    std::vector<std::jthread> pool;
    for (std::size_t thread = 0; thread < workers; ++thread) pool.emplace_back(work, static_cast<int>(thread));
    try {
      take_all();
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    stopped = true;
    changed.notify_all();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace jetvit
