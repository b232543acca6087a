#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace jetvit {

// Calls make(index, thread) for 0, 1, 2, ... on `threads` threads and hands the results to take(result) one at a time
// in order of the index, until take() returns false. What is taken does not depend on the threads, and no more than a
// few results per thread wait at any time. The first exception of either stops all and is rethrown here.
template <class Make, class Take>
class OrderedBlocks {
 public:
  OrderedBlocks(int threads, Make make, Take take)
      : threads_(static_cast<std::size_t>(std::max(threads, 1))), make_(std::move(make)), take_(std::move(take)) {}

  void run() {
    {
      std::vector<std::jthread> pool;
      for (std::size_t thread = 1; thread < threads_; ++thread) pool.emplace_back([this, thread] { work(thread); });
      work(0);
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  using Result = decltype(std::declval<Make&>()(std::size_t{}, std::size_t{}));
  static constexpr std::size_t kAhead = 4;  // results per thread that may wait

  void work(std::size_t thread) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopped_ || next_ < taken_ + kAhead * threads_; });
      if (stopped_) return;
      const std::size_t index = next_++;
      try {
        lock.unlock();
        Result result = make_(index, thread);
        lock.lock();
        done_.emplace(index, std::move(result));
        take_finished(lock);
      } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        if (!failure_) failure_ = std::current_exception();
        stopped_ = true;
        changed_.notify_all();
      }
    }
  }

  // One thread takes, the others go on making.
  void take_finished(std::unique_lock<std::mutex>& lock) {
    if (taking_) return;
    taking_ = true;
    while (!stopped_ && !done_.empty() && done_.begin()->first == taken_) {
      Result result = std::move(done_.extract(done_.begin()).mapped());
      lock.unlock();
      const bool more = take_(std::move(result));
      lock.lock();
      ++taken_;
      stopped_ = stopped_ || !more;
      changed_.notify_all();
    }
    taking_ = false;
  }

  std::size_t threads_;
  Make make_;
  Take take_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, Result> done_;
  std::size_t next_ = 0, taken_ = 0;
  bool taking_ = false, stopped_ = false;
  std::exception_ptr failure_;
};

}  // namespace jetvit
