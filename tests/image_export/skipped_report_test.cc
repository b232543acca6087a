#include "image_export/skipped_report.h"

#include "base/commit.h"
#include "base/file.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

TEST(SkippedReport, ExistsOnlyIfRowsWereSkipped) {
  const test::TempFolder folder;
  SkippedReport report(folder / "skipped.csv");
  report.save();
  EXPECT_EQ(test::files_in(folder.path()), 0U);
  report.add("one\n");
  EXPECT_EQ(report.size(), 4U);
  report.save();
  report.add("two\n");
  report.save();
  EXPECT_EQ(read_text_file(folder / "skipped.csv", 100), "one\ntwo\n");
}

TEST(SkippedReport, ResumesWhereItWasSaved) {
  const test::TempFolder folder;
  commit_text(folder / "skipped.csv", "one\ntwo\nthr");  // as a killed process left it
  SkippedReport report(folder / "skipped.csv");
  report.restore(8);
  report.add("three\n");
  report.save();
  EXPECT_EQ(read_text_file(folder / "skipped.csv", 100), "one\ntwo\nthree\n");
  SkippedReport restarted(folder / "skipped.csv");
  restarted.restore(0);
  EXPECT_EQ(test::files_in(folder.path()), 0U);
}

TEST(SkippedReport, RefusesAFileThatWasCutShort) {
  const test::TempFolder folder;
  commit_text(folder / "skipped.csv", "on");
  EXPECT_ERROR(SkippedReport(folder / "skipped.csv").restore(8), Error, "skipped.csv: holds 2 bytes, expected 8");
  EXPECT_ERROR(SkippedReport(folder / "absent.csv").restore(8), Error, "absent.csv: holds 0 bytes, expected 8");
}

}  // namespace
}  // namespace jetvit
