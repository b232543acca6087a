#include "base/progress.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/reporter.h"

namespace jetvit {

Progress::Progress(std::string what, std::string unit, std::uint64_t total)
    : what_(std::move(what)), unit_(std::move(unit)), total_(total), start_(monotonic_seconds()) {}

Progress::~Progress() {
  if (last_reported_ > 0) reporter().end_progress();
}

void Progress::add(std::uint64_t count, std::string_view note, double run_seconds_left) {
  constexpr double kInterval = 0.1;  // seconds
  const std::lock_guard lock(mutex_);
  done_ += count;
  const double now = monotonic_seconds();
  if (now - last_reported_ < kInterval && done_ != total_) return;
  last_reported_ = now;
  reporter().progress({what_, unit_, done_, total_, std::max(now - start_, 1e-9), run_seconds_left, note});
}

}  // namespace jetvit
