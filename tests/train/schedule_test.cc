#include "train/schedule.h"

#include <cmath>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(Schedule, CosineAfterLinearWarmup) {
  ScheduleOptions options;
  options.kind = "cosine";
  options.warmup_epochs = 1;
  options.min_lr = 0.1;
  const Schedule schedule(options, 1, 0.05, /*steps_per_epoch=*/4, /*epochs=*/3);
  EXPECT_DOUBLE_EQ(schedule.lr(0), 0.25);
  EXPECT_DOUBLE_EQ(schedule.lr(3), 1);
  EXPECT_DOUBLE_EQ(schedule.lr(4), 1);
  EXPECT_DOUBLE_EQ(schedule.lr(8), 0.1 + 0.9 * 0.5);
  EXPECT_DOUBLE_EQ(schedule.lr(12), 0.1);
  EXPECT_DOUBLE_EQ(schedule.weight_decay(0), 0.05);
}

TEST(Schedule, WeightDecayFollowsTheWarmupWhereAsked) {
  ScheduleOptions options;
  options.warmup_epochs = 2;
  options.scale_weight_decay = true;
  const Schedule schedule(options, 5e-4, 1e-5, 10, 4);
  EXPECT_DOUBLE_EQ(schedule.weight_decay(9), 1e-5 * 0.5);
  EXPECT_DOUBLE_EQ(schedule.weight_decay(30), 1e-5);
}

TEST(Schedule, PlateauCountsAsTorchDoes) {
  ScheduleOptions options;
  options.kind = "plateau";
  options.patience = 1;
  options.threshold = 0.01;
  Schedule schedule(options, 1, 0, 1, 100);
  // best 0.80; 0.805 is below 0.80 * 1.01 (bad 1), 0.807 (bad 2: reduce), 0.81 improves, then two bad ones.
  const double metric[] = {0.80, 0.805, 0.807, 0.81, 0.5, 0.818, 0.82};
  const double rate[] = {1, 1, 0.5, 0.5, 0.5, 0.25, 0.25};
  for (int epoch = 0; epoch < 7; ++epoch) {
    schedule.end_epoch(metric[epoch]);
    EXPECT_DOUBLE_EQ(schedule.lr(epoch), rate[epoch]) << epoch;
  }
}

TEST(Schedule, PlateauStateSurvivesARestart) {
  ScheduleOptions options;
  options.kind = "plateau";
  options.patience = 2;
  options.factor = 0.7;
  Schedule whole(options, 1e-3, 0, 1, 100);
  Schedule first(options, 1e-3, 0, 1, 100);
  for (const double metric : {0.7, 0.6, 0.6, 0.6, 0.71, 0.5}) {
    whole.end_epoch(metric);
    first.end_epoch(metric);
  }
  Schedule second(options, 1e-3, 0, 1, 100);
  second.restore(Json::parse(first.state().dump()));
  for (const double metric : {0.5, 0.5, 0.5}) {
    whole.end_epoch(metric);
    second.end_epoch(metric);
    EXPECT_EQ(whole.lr(50), second.lr(50));
  }
}

TEST(Schedule, StepMilestonesOfTheResNetPaper) {
  ScheduleOptions options;
  options.kind = "step";
  options.milestones = {10, 20};
  const Schedule schedule(options, 5e-4, 0, 7, 30);
  EXPECT_DOUBLE_EQ(schedule.lr(69), 5e-4);
  EXPECT_DOUBLE_EQ(schedule.lr(70), 2.5e-4);
  EXPECT_DOUBLE_EQ(schedule.lr(140), 1.25e-4);
}

}  // namespace
}  // namespace jetvit
