#include "run/learning_log.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/commit.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

TEST(LearningLog, ReadsEpochsAndToleratesMissingNumbers) {
  const test::TempFolder folder;
  commit_text(folder / "log",
              "{\"epoch\":1,\"train_loss\":0.5,\"validation_auc\":0.7}\n"
              "{\"epoch\":2,\"train_loss\":null,\"validation_loss\":0.4,\"validation_auc\":0.8}\n");
  const LearningCurve curve = read_learning_log(folder / "log", "run");
  EXPECT_EQ(curve.epoch, (std::vector<double>{1, 2}));
  EXPECT_EQ(curve.training_loss[0], 0.5);
  EXPECT_TRUE(std::isnan(curve.training_loss[1]));
  EXPECT_TRUE(std::isnan(curve.validation_loss[0]));
  EXPECT_EQ(curve.validation_auc[1], 0.8);
  commit_text(folder / "log", "{\"epoch\":1}\n[]\n");
  EXPECT_ERROR(read_learning_log(folder / "log", "run"), Error, "log: line 2 is not the row of an epoch");
  commit_text(folder / "log", "{\"epoch\":1}\n{\"ep");
  EXPECT_ERROR(read_learning_log(folder / "log", "run"), Error, "log: line 2");
  commit_text(folder / "log", "");
  EXPECT_TRUE(read_learning_log(folder / "log", "run").epoch.empty());
}

}  // namespace
}  // namespace jetvit
