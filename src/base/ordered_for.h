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

// Calls next() for one task after the other until it returns none, make(task, thread) on `threads` threads of its own
// and take(result) on the calling thread, in the order of the tasks, until take() returns false. next() runs on those
// threads too, one call at a time. At most `ahead` tasks are made or wait to be taken, so that memory is bounded. The
// exception of the first task that failed is rethrown here after what came before it was taken; an exception of take()
// stops the making too.
template <class Next, class Make, class Take>
void ordered_for(int threads, std::size_t ahead, Next&& next, Make&& make, Take&& take) {
  struct Outcome {
    std::optional<decltype(make(std::move(*next()), 0))> result;
    std::exception_ptr failure;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::size_t, Outcome> done;
  std::size_t started = 0;
  std::size_t taken = 0;
  bool stopped = false;  // nothing more is started
  const auto work = [&](int thread) {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stopped || started < taken + ahead; });
      if (stopped) return;
      Outcome outcome;
      decltype(next()) task;
      try {
        task = next();
      } catch (...) {
        outcome.failure = std::current_exception();
      }
      if (!task && !outcome.failure) {
        stopped = true;
        changed.notify_all();
        return;
      }
      const std::size_t index = started++;
      if (task) {
        lock.unlock();
        try {
          outcome.result.emplace(make(std::move(*task), thread));
        } catch (...) {
          outcome.failure = std::current_exception();
        }
        lock.lock();
      }
      stopped = stopped || outcome.failure;
      done.emplace(index, std::move(outcome));
      changed.notify_all();
    }
  };
  const auto take_all = [&] {
    for (std::size_t index = 0;; ++index) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return done.contains(index) || (stopped && index >= started); });
      if (!done.contains(index)) return;
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
    std::vector<std::jthread> pool;
    for (int thread = 0; thread < std::max(threads, 1); ++thread) pool.emplace_back(work, thread);
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
