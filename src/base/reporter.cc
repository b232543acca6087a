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

SilentReporter silent;  // a constant: it is there before any code runs
std::atomic<Reporter*> current{&silent};

}  // namespace

Reporter& silent_reporter() {
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
