#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"

namespace jetvit {

// What `jetvit predict` is asked for.
struct PredictCommand {
  std::filesystem::path model;               // run folder or checkpoint
  std::vector<std::filesystem::path> input;  // raw Parquet files, or one store
  std::filesystem::path output;              // scores, Parquet
  bool with_split = false;                   // store: a column with each jet's split
  bool overwrite = false;
  int threads = 0;  // 0: all cores
  int batch_size = 256;
  bool bf16 = false;
  std::string label_column = "y";        // raw files: as in jetvit prepare
  std::optional<double> positive_label;  // every other value is label 0; without: 1, and only 0 beside it
};

// Writes the scores of all jets of the input in its order, chunk by chunk: raw files of any size pass through. Returns
// {"jets", "skipped", "seconds", "jets_per_second", "output", "model"}. Throws Error where the input's images have
// other channels than the model was trained on, and what the readers throw.
Json run_predict(const PredictCommand& command);

}  // namespace jetvit
