#include "base/progress.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include <unistd.h>

#include "base/text.h"

namespace jetvit {

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Progress::Progress(std::string what, std::string unit, std::uint64_t total)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      total_(total),
      start_(monotonic_seconds()),
      visible_(::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (visible_ && last_drawn_ > 0) std::fputs("\r\033[K", stderr);
}

void Progress::add(std::uint64_t count, std::string_view note) {
  const std::lock_guard lock(mutex_);
  done_ += count;
  if (!visible_) return;
  const double now = monotonic_seconds();
  if (now - last_drawn_ < 0.1 && done_ != total_) return;
  last_drawn_ = now;
  draw(note);
}

double Progress::rate() const {
  const std::lock_guard lock(mutex_);
  return static_cast<double>(done_) / std::max(monotonic_seconds() - start_, 1e-9);
}

void Progress::draw(std::string_view note) {
  const double elapsed = std::max(last_drawn_ - start_, 1e-9);
  const double rate = static_cast<double>(done_) / elapsed;
  std::string line = text("\r\033[K", what_, " ");
  if (total_ > 0) {
    const double share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    constexpr int kWidth = 24;
    const int filled = static_cast<int>(share * kWidth);
    line += text("[", std::string(static_cast<std::size_t>(filled), '='),
                 std::string(static_cast<std::size_t>(kWidth - filled), ' '), "] ", fixed(100 * share, 0), " % ");
  }
  line += text(with_commas(done_), " ", unit_, " ", fixed(rate, rate < 10 ? 1 : 0), "/s");
  if (total_ > done_ && rate > 0) line += text(" ETA ", human_seconds(static_cast<double>(total_ - done_) / rate));
  if (!note.empty()) line += text(" ", note);
  std::fputs(line.c_str(), stderr);
}

}  // namespace jetvit
