#include "base/reporter.h"

#include <atomic>

namespace jetvit {
namespace {

class SilentReporter : public Reporter {
 public:
  void note(std::string_view) override {}
  void warn(std::string_view) override {}
  void progress(const ProgressReport&) override {}
  void end_progress() override {}
};

std::atomic<Reporter*> current{&silent_reporter()};

}  // namespace

Reporter& silent_reporter() {
  static SilentReporter silent;
  return silent;
}

Reporter& reporter() {
  return *current;
}

ReporterScope::ReporterScope(Reporter& reporter) : before_(current.exchange(&reporter)) {}

ReporterScope::~ReporterScope() {
  current = before_;
}

}  // namespace jetvit
