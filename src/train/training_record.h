#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "compute/compute_options.h"
#include "train/phase.h"

namespace jetvit {

// What the epochs of a phase came to.
struct PhaseResult {
  PhaseSummary phase;
  int epochs = 0;  // that ended
  std::optional<double> best_validation_auc;
};

// What a training came to, so far.
struct TrainingResult {
  double best_validation_auc = -1;  // of the phase under way; -1: no epoch ended
  int best_epoch = 0;               // from 1
  int epochs = 0;                   // that ended
  std::int64_t steps = 0;
  std::int64_t parameters = 0;  // of the model of the phase under way
  std::vector<PhaseResult> phases;
  double seconds = 0;                // of the epochs and their validations, in all sessions
  std::filesystem::path best, last;  // checkpoints
};

// {"best_validation_auc", "best_epoch", "epochs", "steps", "parameters", "phases": [{"name", ..., "epochs",
// "best_validation_auc"}], "seconds", "best", "last"}
Json to_json(const TrainingResult& result);

// The contents of RUN/run.json.
struct TrainingRecord {
  std::string status = "running";    // then "finished", "interrupted" or "failed"
  std::vector<std::string> command;  // words of the command line
  std::string started;               // UTC
  std::optional<std::int64_t> resumed_at_step;
  Json recipe;      // resolved
  Json pretrained;  // the report of the weights that the run began with, or null
  Json source;      // of the data: a SourceOptions
  std::string fingerprint;
  std::size_t train_jets = 0, validation_jets = 0;
  ComputeOptions compute;
  std::optional<double> estimated_memory;  // bytes, of the process at its peak, or of the tensors on a GPU; none where
                                           // it was not estimated

  // Of a training that has ended.
  std::string error;  // why it failed or was interrupted
  std::string ended;  // UTC; empty: it is running, and what follows means nothing
  double session_seconds = 0;
  TrainingResult result;
};

// {"status", "command", "started", "resumed_at_step", "recipe", "pretrained", "data", "compute", "estimated_memory",
// "build", "error", "ended", "session_seconds", "result"}: the last four once the training has ended, "error" where
// there is one.
Json to_json(const TrainingRecord& record);

}  // namespace jetvit
