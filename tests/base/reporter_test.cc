#include "base/reporter.h"

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/progress.h"

namespace jetvit {
namespace {

// Keeps what is reported.
class Recorder : public Reporter {
 public:
  struct Shown {
    std::string what, unit, note;
    std::uint64_t done, total;
    double time, run_seconds_left;
  };

  void note(std::string_view line) override { keep(notes, line); }
  void warn(std::string_view line) override { keep(warnings, line); }
  void progress(const ProgressReport& report) override {
    const std::lock_guard lock(mutex_);
    shown.push_back({std::string(report.what), std::string(report.unit), std::string(report.note), report.done,
                     report.total, monotonic_seconds(), report.run_seconds_left});
  }
  void end_progress() override {
    const std::lock_guard lock(mutex_);
    ++ends;
  }

  std::vector<std::string> notes, warnings;
  std::vector<Shown> shown;
  int ends = 0;

 private:
  void keep(std::vector<std::string>& lines, std::string_view line) {
    const std::lock_guard lock(mutex_);
    lines.emplace_back(line);
  }

  std::mutex mutex_;
};

void report_everything() {
  reporter().note("a note");
  reporter().warn("a warning");
  Progress progress("work", "jets", 2);
  progress.add(1);
  progress.add(1);
}

TEST(ReporterScope, ScopesNest) {
  Recorder outer, inner;
  Reporter* const none = &reporter();
  {
    const ReporterScope first(outer);
    reporter().note("before");
    {
      const ReporterScope second(inner);
      EXPECT_EQ(&reporter(), &inner);
      report_everything();
    }
    EXPECT_EQ(&reporter(), &outer);
    reporter().note("after");
  }
  EXPECT_EQ(&reporter(), none);
  report_everything();
  EXPECT_EQ(outer.notes, (std::vector<std::string>{"before", "after"}));
  EXPECT_EQ(outer.warnings.size() + outer.shown.size(), 0U);
  EXPECT_EQ(inner.notes, std::vector<std::string>{"a note"});
  EXPECT_EQ(inner.warnings, std::vector<std::string>{"a warning"});
  EXPECT_EQ(inner.ends, 1);
}

TEST(ReporterScope, HoldsForAllThreads) {
  Recorder recorder;
  const ReporterScope scope(recorder);
  std::thread([] { reporter().note("from a thread"); }).join();
  EXPECT_EQ(recorder.notes, std::vector<std::string>{"from a thread"});
}

TEST(Reporter, WithoutOneNothingIsPrinted) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  report_everything();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

// 0.35 s of work in many small pieces from several threads: a report at most every tenth of a second, and one at the
// end.
TEST(Progress, ReportsOfManyThreadsAreThrottled) {
  constexpr double kSeconds = 0.35, kInterval = 0.1;
  constexpr int kThreads = 4;
  constexpr std::uint64_t kTotal = 1U << 30U;
  Recorder recorder;
  const ReporterScope scope(recorder);
  std::uint64_t added = 0;
  const double start = monotonic_seconds();
  {
    Progress progress("prepare", "jets", kTotal);
    std::mutex mutex;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        std::uint64_t mine = 0;
        for (; monotonic_seconds() - start < kSeconds; mine += 3) progress.add(3, "loss 0.5", 60);
        const std::lock_guard lock(mutex);
        added += mine;
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_LT(added, kTotal);
    EXPECT_EQ(recorder.ends, 0);
    progress.add(kTotal - added);  // the end is reported whatever the time
  }
  EXPECT_EQ(recorder.ends, 1);
  ASSERT_GE(recorder.shown.size(), 3U);
  EXPECT_LE(static_cast<double>(recorder.shown.size()), (recorder.shown.back().time - start) / kInterval + 2);
  for (std::size_t index = 0; index < recorder.shown.size(); ++index) {
    const Recorder::Shown& report = recorder.shown[index];
    const bool last = index + 1 == recorder.shown.size();
    EXPECT_EQ(report.what + report.unit, "preparejets");
    EXPECT_EQ(report.note, last ? "" : "loss 0.5");
    EXPECT_EQ(report.run_seconds_left, last ? -1 : 60);
    EXPECT_EQ(report.total, kTotal);
    if (index > 0) {
      EXPECT_GT(report.done, recorder.shown[index - 1].done);
    }
  }
  EXPECT_EQ(recorder.shown.back().done, kTotal);
}

TEST(ProgressReport, TellsRateAndTimeLeft) {
  ProgressReport report{"epoch 1/2", "jets", 30, 90, 2, -1, {}};
  EXPECT_EQ(report.rate(), 15);
  EXPECT_EQ(report.seconds_left(), 4);
  report.total = 0;  // unknown
  EXPECT_LT(report.seconds_left(), 0);
  report.seconds = 0;
  EXPECT_EQ(report.rate(), 0);
}

}  // namespace
}  // namespace jetvit
