#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace jetvit {

// Counts what is done of a piece of work and hands it to the reporter (base/reporter.h). Safe to call from several
// threads.
class Progress {
 public:
  // total 0: unknown. unit: "jets", "events", ...
  Progress(std::string what, std::string unit, std::uint64_t total);
  ~Progress();  // the work has ended
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // note: see ProgressReport. run_seconds_left: of the whole run, where this is but a part of it; negative: unknown.
  void add(std::uint64_t count, std::string_view note = {}, double run_seconds_left = -1);

 private:
  std::string what_, unit_;
  std::uint64_t total_, done_ = 0;
  double start_, last_reported_ = 0;
  std::mutex mutex_;
};

}  // namespace jetvit
