#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "compute/compute_options.h"
#include "evaluate/evaluation.h"
#include "evaluate/recipes.h"
#include "group/process_group.h"
#include "jet/split.h"
#include "prepare/source_options.h"

namespace jetvit {

// What `jetvit evaluate` is asked for.
struct EvaluateCommand {
  std::vector<std::string> runs;  // run folders (also of several seeds) or checkpoints ...
  std::string scores;             // ... or a Parquet file with the columns score and label, of any origin
  SourceOptions source;           // without inputs: what the runs were trained on
  Split split = Split::kTest;
  std::filesystem::path out;  // folder for metrics and plots; empty: RUN/evaluation-<split> of the first run
  std::size_t baselines = 6;  // how many of the best simple classifiers are added; 0: none
  int batch_size = 256;       // jets that go through the models at a time
  bool calibrate = false;     // fit a temperature to the validation split
  bool overwrite = false;     // replace an existing evaluation
  ComputeOptions compute;     // of the models
};

// What an evaluation found, and where it wrote it.
struct EvaluateSummary {
  Evaluation evaluation;
  std::vector<RecipeMetrics> recipes;  // of several seeds
  ClassNames class_names;
  std::string weight_column;       // of the data; empty: none
  std::filesystem::path folder;    // of the metrics and plots
  std::filesystem::path metrics;   // JSON
  std::vector<std::string> plots;  // names without ending
};

// {"metrics": path}
Json to_json(const EvaluateSummary& summary);

// Scores the runs on a split of the data, or reads a scores file, measures the scores together with those of the
// baselines and writes metrics and plots, all or nothing. Data pass through shard by shard. Throws UsageError for words
// that exclude each other, and Error naming what is wrong: no run, data that were moved or are of other images than the
// runs were trained on (require_same_images), a split without both classes, an output that exists.
//
// group: processes that share the work on the images and call this with the same arguments: the scores of the runs and
// the observables of the baselines. Rank 0 measures and writes, and alone has a summary. Throws Error where the models
// or the data are not the same everywhere, and what Rounds throws.
EvaluateSummary run_evaluate(const EvaluateCommand& command, const ProcessGroup* group = nullptr);

}  // namespace jetvit
