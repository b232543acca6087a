#include "train/run_pace.h"

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(RunPace, KnowsNothingBeforeTheFirstStep) {
  RunPace pace;
  EXPECT_LT(pace.seconds_left(100, 1), 0);
  pace.set_validation(3);
  EXPECT_LT(pace.seconds_left(100, 1), 0);
  EXPECT_DOUBLE_EQ(pace.seconds_left(0, 2), 6) << "no step is left";
}

TEST(RunPace, AddsTrainingAndValidations) {
  RunPace pace;
  pace.add_step(64, 2);
  pace.add_step(64, 6);
  EXPECT_DOUBLE_EQ(pace.seconds_left(160, 5), 10) << "16 jets/s, validation unknown";
  pace.set_validation(4);
  pace.set_validation(3);
  EXPECT_DOUBLE_EQ(pace.seconds_left(160, 5), 25);
}

TEST(RunPace, MeasuresEachPhaseByItself) {
  RunPace pace;
  pace.add_step(100, 1);
  pace.set_validation(3);
  pace.start_phase();
  EXPECT_LT(pace.seconds_left(100, 1), 0);
  pace.add_step(100, 10);
  EXPECT_DOUBLE_EQ(pace.seconds_left(200, 2), 26);
}

}  // namespace
}  // namespace jetvit
