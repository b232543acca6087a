#pragma once

#include <cstdint>
#include <string_view>

namespace jetvit {

// How far a piece of work has come.
struct ProgressReport {
  std::string_view what;  // "prepare", "epoch 3/20"
  std::string_view unit;  // "jets"
  std::uint64_t done = 0, total = 0;
  double seconds = 0;            // since it began
  double run_seconds_left = -1;  // of the whole run that it is a part of; negative: unknown, or no longer than itself
  std::string_view note;         // figures of its own, as "loss 0.5123"

  double rate() const { return seconds > 0 ? static_cast<double>(done) / seconds : 0; }  // units per second
  // Until it is done; negative where that is unknown.
  double seconds_left() const { return total > done && rate() > 0 ? static_cast<double>(total - done) / rate() : -1; }
};

// Takes what a person should see while jetvit works. The library itself prints nothing: a program installs a reporter
// of its own. Functions are called from any thread, also at the same time.
class Reporter {
 public:
  virtual ~Reporter() = default;

  // Something that happened, in one line: the end of an epoch, where a resumed run continues.
  virtual void note(std::string_view line) = 0;
  // Something that the user has to know: what was discarded, or could not be done.
  virtual void warn(std::string_view line) = 0;
  // Up to ten times a second while work continues.
  virtual void progress(const ProgressReport& report) = 0;
  // That work is done, or was given up.
  virtual void end_progress() = 0;
};

// The reporter in use; silent_reporter() where none was installed.
Reporter& reporter();

// One that ignores everything.
Reporter& silent_reporter();

// Installs a reporter for the lifetime of this object, for all threads. The reporter must outlive it.
class ReporterScope {
 public:
  explicit ReporterScope(Reporter& reporter);
  ~ReporterScope();
  ReporterScope(const ReporterScope&) = delete;
  ReporterScope& operator=(const ReporterScope&) = delete;

 private:
  Reporter* before_;
};

}  // namespace jetvit
