#include "run/run_log.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/file.h"
#include "run/event_file.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

Json row_of(int epoch) {
  return {{"epoch", epoch},
          {"step", 10 * epoch},
          {"wall_time", 1000.5 + epoch},
          {"train_loss", 0.5},
          {"validation_auc", 0.7 + epoch},
          {"phase", "fine tuning"},
          {"kept", epoch == 1}};
}

class RunLogFiles : public ::testing::Test {
 protected:
  std::string text_of(const char* file) const { return read_text_file(folder_ / file, 1 << 20); }

  test::TempFolder folder_;
};

// Only numbers are scalars, and the place of a row is none.
TEST_F(RunLogFiles, HoldTheSameRows) {
  RunLog log(folder_.path(), 0);
  EXPECT_EQ(text_of(kMetricsFile), "");
  log.append(row_of(1));
  log.append(row_of(2));
  EXPECT_EQ(text_of(kMetricsFile), json_text(row_of(1)) + "\n" + json_text(row_of(2)) + "\n");
  EXPECT_EQ(text_of(kEventFile), event_file_header(1001.5) +
                                     scalar_event(1001.5, 10, {{"train_loss", 0.5}, {"validation_auc", 1.7}}) +
                                     scalar_event(1002.5, 20, {{"train_loss", 0.5}, {"validation_auc", 2.7}}));
}

TEST_F(RunLogFiles, KeepTheFirstEpochsOfAnEarlierSession) {
  RunLog log(folder_.path(), 0);
  for (const int epoch : {1, 2, 3}) log.append(row_of(epoch));
  RunLog resumed(folder_.path(), 2);
  EXPECT_EQ(resumed.rows(), (std::vector<Json>{row_of(1), row_of(2)}));
  EXPECT_EQ(text_of(kMetricsFile), json_text(row_of(1)) + "\n" + json_text(row_of(2)) + "\n");
  EXPECT_TRUE(RunLog(folder_.path(), 0).rows().empty());
  EXPECT_EQ(text_of(kMetricsFile), "");
}

TEST_F(RunLogFiles, DamagedRowsAreNamed) {
  for (const char* line : {"{\"step\": 1}", "[1]", "{\"epoch\": 1.5}"}) {
    std::ofstream(folder_ / kMetricsFile) << json_text(row_of(1)) << "\n" << line << "\n";
    EXPECT_ERROR(RunLog(folder_.path(), 5), Error, "metrics.jsonl: line 2 is not the row of an epoch");
  }
}

}  // namespace
}  // namespace jetvit
