#pragma once

#include <cstdint>

#include "base/options.h"

namespace jetvit {

// The progress of a training run. Everything else (order of the jets, augmentation, dropout) follows from seed, epoch
// and step; therefore no state of a random number generator is stored.
struct TrainingState {
  int epoch = 0;                   // completed epochs, including validation
  std::int64_t step_in_epoch = 0;  // optimizer steps done in the current epoch
  std::int64_t step = 0;           // optimizer steps in total
  double loss_sum = 0;             // current epoch: sum of weight * loss
  double weight_sum = 0;           // current epoch
  std::int64_t skipped_steps = 0;  // current epoch: not finite, without an update
  double best_auc = -1;            // current phase
  int best_epoch = 0;              // current phase; counted from 1; 0: none yet
  // The current phase. Epochs and steps are counted over all phases.
  int phase = 0;                // from 0
  int first_epoch = 0;          // completed epochs before this phase
  std::int64_t first_step = 0;  // optimizer steps before this phase
  Json schedule;                // Schedule::state()
};

Json to_json(const TrainingState& state);
TrainingState training_state_from_json(const Json& json);  // throws Error

}  // namespace jetvit
