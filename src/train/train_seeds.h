#pragma once

#include <vector>

#include "train/train_command.h"

namespace jetvit {

// Trains a recipe `seeds` times, in RUN/seed-K: K is the recipe's train.seed and the numbers after it. With `resume`,
// what is finished stays, and the rest is trained or resumed. With `overwrite`, each former seed stays until its turn:
// after a stop, begin again with `overwrite`, not with `resume`. Throws Error before the first training if RUN is a run
// itself or has other seeds, or if a run exists that must not be replaced; otherwise what run_training() throws.
std::vector<TrainingRecord> run_trainings(const TrainCommand& command, int seeds, const ProcessGroup* group = nullptr);

}  // namespace jetvit
