#include "app/terminal_reporter.h"

#include <cstdio>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetvit {
namespace {

using testing::HasSubstr;
using testing::Not;

// 1,280 of 2,560 jets at 64 jets/s; the run takes 1:02:05 more.
ProgressReport training_report(std::string_view what = "epoch 3/20") {
  return {what, "jets", 1280, 2560, 20, 3725, "loss 0.5123  data wait 0.1 %"};
}

TEST(ProgressLine, IsNeverWiderThanTheTerminal) {
  for (const std::string_view what : {"epoch 3/20", "phase 2/3  epoch 113/200", "validate", ""}) {
    for (const std::uint64_t total : {0, 1, 1280, 2560, 100'000'000}) {
      for (const double run_seconds : {-1.0, 0.0, 3725.0, 1e7}) {
        ProgressReport report = training_report(what);
        report.total = total;
        report.run_seconds_left = run_seconds;
        for (std::size_t width = 20; width <= 200; ++width) {
          EXPECT_LE(progress_line(report, width).size(), width) << what << " of " << total;
        }
      }
    }
  }
}

TEST(ProgressLine, ShowsWhatMattersAt79Columns) {
  for (const std::string_view what : {"epoch 3/20", "phase 2/3  epoch 3/20"}) {
    const std::string line = progress_line(training_report(what), 79);
    for (const char* part : {"50 %", "ETA 20.0 s, run 1:02:05", "64 jets/s"}) EXPECT_THAT(line, HasSubstr(part));
    EXPECT_THAT(line, testing::StartsWith(std::string(what) + "  ["));
  }
  EXPECT_EQ(progress_line(training_report(), 79),
            "epoch 3/20  [=====     ]  50 %  ETA 20.0 s, run 1:02:05  64 jets/s  loss 0.5123");
}

TEST(ProgressLine, HasABarWhereThereIsRoom) {
  EXPECT_EQ(progress_line(training_report(), 200),
            "epoch 3/20  [============            ]  50 %  ETA 20.0 s, run 1:02:05  64 jets/s  loss 0.5123  "
            "data wait 0.1 %");
  EXPECT_EQ(progress_line(training_report(), 20), "epoch 3/20  50 %");
  EXPECT_EQ(progress_line(training_report(), 24), "epoch 3/20  [==  ]  50 %") << "the narrowest bar";
}

TEST(ProgressLine, LeavesOutWhatIsUnknown) {
  ProgressReport report = training_report();
  report.run_seconds_left = -1;
  EXPECT_THAT(progress_line(report, 79), HasSubstr("50 %  ETA 20.0 s  64 jets/s"));
  report.done = report.total;
  EXPECT_THAT(progress_line(report, 79), Not(HasSubstr("ETA")));
  report.run_seconds_left = 65;
  EXPECT_THAT(progress_line(report, 79), HasSubstr("100 %  ETA run 1:05"));
  report.total = 0;
  EXPECT_THAT(progress_line(report, 79), testing::StartsWith("epoch 3/20  2,560 jets"));
}

TEST(Wrapped, BreaksBetweenFiguresAndKeepsLongWords) {
  const std::string line = "epoch 1/8  loss 0.6543  validation loss 0.6234  AUC 0.7123 (kept)  1234 jets/s";
  EXPECT_EQ(wrapped(line, 79), line);
  EXPECT_EQ(wrapped(line, 50), "epoch 1/8  loss 0.6543  validation loss 0.6234\n    AUC 0.7123 (kept)  1234 jets/s");
  EXPECT_EQ(wrapped("a " + std::string(30, 'b') + " c", 10), "a\n    " + std::string(30, 'b') + "\n    c");
  EXPECT_EQ(wrapped("", 0), "");
  EXPECT_EQ(wrapped("a b", 0), "a\n    b");
}

class InAFile : public testing::Test {
 protected:
  void SetUp() override { testing::internal::CaptureStderr(); }
  static std::string written() { return testing::internal::GetCapturedStderr(); }
};

TEST_F(InAFile, ProgressIsALineEachInterval) {
  TerminalReporter often(/*file_interval=*/0.02);
  for (int step = 0; step < 3; ++step) {
    often.progress(training_report());
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
  often.end_progress();
  const std::string lines = written();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
  EXPECT_THAT(lines, HasSubstr("ETA 20.0 s, run 1:02:05"));
  EXPECT_THAT(lines, Not(HasSubstr("\033"))) << "no terminal, no control characters";
}

TEST_F(InAFile, ShortWorkShowsNoProgress) {
  TerminalReporter reporter;
  for (int step = 0; step < 3; ++step) reporter.progress(training_report());
  reporter.end_progress();
  EXPECT_EQ(written(), "");
}

TEST_F(InAFile, QuietLeavesWarnings) {
  TerminalReporter reporter(/*file_interval=*/0);
  reporter.note("shown");
  reporter.set_quiet(true);
  reporter.note("a note");
  reporter.progress(training_report());
  reporter.progress(training_report());
  reporter.warn("`zero_threshold` is odd");
  EXPECT_EQ(written(), "shown\n--zero-threshold is odd\n");
}

}  // namespace
}  // namespace jetvit
