#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace jetvit {

// Seconds since an arbitrary start, monotonic.
double monotonic_seconds();

// One line on stderr that is redrawn in place: what, share done, rate, time left. Silent where stderr is not a
// terminal. Safe to call from several threads.
class Progress {
 public:
  // total 0: unknown. unit: "jets", "events", ...
  Progress(std::string what, std::string unit, std::uint64_t total);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add(std::uint64_t count, std::string_view note = {});
  double rate() const;  // units per second so far

 private:
  void draw(std::string_view note);

  std::string what_, unit_;
  std::uint64_t total_, done_ = 0;
  double start_, last_drawn_ = 0;
  bool visible_;
  mutable std::mutex mutex_;
};

}  // namespace jetvit
