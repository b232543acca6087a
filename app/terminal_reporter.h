#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/reporter.h"

namespace jetvit {

// Shows notes and progress on stderr. On a terminal, progress is one line that is redrawn in place and never wider than
// the terminal; elsewhere (a file, a pipe) it is one line every `file_interval` seconds.
class TerminalReporter : public Reporter {
 public:
  static constexpr double kFileInterval = 30;  // seconds

  explicit TerminalReporter(double file_interval = kFileInterval) : file_interval_(file_interval) {}

  // quiet: warnings alone.
  void set_quiet(bool quiet) { quiet_ = quiet; }

  // Lines longer than the terminal is wide are wrapped.
  void note(std::string_view line) override;
  void warn(std::string_view line) override;
  void progress(const ProgressReport& report) override;
  void end_progress() override;

 private:
  void clear_line();
  void write_line(std::string_view line);

  double file_interval_;
  std::mutex mutex_;
  bool quiet_ = false;
  bool drawn_ = false;     // a line of progress is on the terminal
  double last_line_ = -1;  // when progress was last written to a file, in monotonic seconds
};

// The line of a progress report, of at most `width` characters: share done, time left, rate, a bar and the figures of
// the report's note, from the most important on as many as fit.
std::string progress_line(const ProgressReport& report, std::size_t width);

// The line broken into lines of at most `width` characters, at double spaces where possible, at spaces otherwise; later
// ones are indented. Longer words stay whole.
std::string wrapped(std::string_view line, std::size_t width);

}  // namespace jetvit
