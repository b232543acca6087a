#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compute/compute_options.h"
#include "group/process_group.h"
#include "prepare/source_options.h"
#include "train/training_record.h"

namespace jetvit {

// What `jetvit train` is asked for.
struct TrainCommand {
  std::filesystem::path recipe;        // TOML
  std::vector<std::string> overrides;  // "optimizer.lr=3e-4"
  std::string pretrained;              // weights to start from, in place of the recipe's pretrained.file; empty: those
  SourceOptions source;
  std::filesystem::path run;
  bool resume = false;         // resume where the run stopped; a run without a checkpoint starts from the beginning
  bool overwrite = false;      // replace an earlier run: killed at any time, the folder holds that or one to resume
  bool ignore_memory = false;  // begin even if the training is estimated to take more memory than there is
  ComputeOptions compute;      // its precision is the recipe's
  std::string precision;       // in place of the recipe's train.precision, in every phase; empty: that
  bool threads_given = false;  // false: a resumed run keeps the threads that it had, and with them its numbers
  std::vector<std::string> arguments;  // of the command line, for the record
};

// Trains and returns the record of the run. The record is also written to RUN/run.json, even after a failure (with
// "status" and "error"). Outputs in RUN: best.safetensors, last.safetensors, trained_jets.safetensors,
// recipe.json, metrics.jsonl, a TensorBoard event file, run.json. Throws UsageError, Error and Interrupted as the parts
// do.
// group: the processes that train together, all with the same command; null: this one is alone. Rank 0 alone writes,
// and reads what is in RUN.
TrainingRecord run_training(const TrainCommand& command, const ProcessGroup* group = nullptr);

}  // namespace jetvit
