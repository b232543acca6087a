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

// Processes tasks on several threads and delivers the results in the order of the tasks:
//   next() returns the next task, or no value at the end. Called on the worker threads, one call at a time.
//   make(task, thread) computes the result of a task. Called on `threads` worker threads.
//   take(result) receives the results in order, on the calling thread. Returns false to stop.
// At most `ahead` tasks are in progress or waiting to be taken, so memory is bounded. If a task fails, the exception of
// the first failed task is rethrown here, after the results before it were taken. An exception of take() stops the
// workers and is rethrown.
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
  bool stopped = false;  // no more tasks are started
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
