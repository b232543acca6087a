#include "train/train_seeds.h"

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "base/reporter.h"
#include "base/text.h"
#include "compute/caching_allocator.h"
#include "run/evaluation_files.h"
#include "run/run_folder.h"
#include "run/seed_runs.h"

namespace jetvit {
namespace {

// Refuses a folder that holds something else than these trainings.
void prepare_folder(const TrainCommand& command, const std::vector<TrainCommand>& trainings, std::int64_t first) {
  if (has_checkpoint(command.run)) {
    throw Error(text(command.run, ": is a run of one seed (choose another `out` for several `seeds`)"));
  }
  for (const std::filesystem::path& present : seed_runs(command.run)) {
    const auto is_asked_for = [&](const TrainCommand& training) { return training.run == present; };
    if (std::any_of(trainings.begin(), trainings.end(), is_asked_for)) continue;
    throw Error(text(present, ": is not one of the `seeds` ", first, " to ", first + std::ssize(trainings) - 1,
                     " (an evaluation would count it: choose another `out`, or remove it)"));
  }
  if (!command.resume) {
    for (const TrainCommand& training : trainings) refuse_run(training.run, command.overwrite);
  }
  if (command.overwrite) remove_evaluations(command.run);
}

}  // namespace

std::vector<TrainingRecord> run_trainings(const TrainCommand& command, int seeds, const ProcessGroup* group) {
  const std::int64_t first = read_recipe(command.recipe, command.overrides).train.seed;
  std::vector<TrainCommand> trainings;
  for (std::int64_t seed = first; seed < first + seeds; ++seed) {
    TrainCommand training = command;
    training.run = seed_run(command.run, seed);
    training.overrides.push_back(text("train.seed=", seed));
    trainings.push_back(std::move(training));
  }
  if (group == nullptr || group->rank() == 0) prepare_folder(command, trainings, first);
  std::vector<TrainingRecord> records;
  for (const TrainCommand& training : trainings) {
    release_kept_memory();  // of the seed before
    reporter().note(text("seed ", records.size() + 1, " of ", seeds, ": ", training.run.string()));
    records.push_back(run_training(training, group));
  }
  return records;
}

}  // namespace jetvit
