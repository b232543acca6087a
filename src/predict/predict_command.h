#pragma once

#include <filesystem>

#include "base/options.h"
#include "source/source_options.h"

namespace jetvit {

// What `jetvit predict` is asked for.
struct PredictCommand {
  std::filesystem::path model;  // run folder or checkpoint
  SourceOptions source;
  std::filesystem::path output;  // scores, Parquet
  bool with_split = false;       // store: a column with each jet's split
  bool overwrite = false;
  int batch_size = 256;
  bool bf16 = false;
};

// Writes the scores of all jets of the input in its order, chunk by chunk: files of any size pass through. Returns
// {"jets", "skipped", "seconds", "jets_per_second", "output", "model"}. Throws Error where the input's images are
// of another kind than the model was trained on (require_same_images), and what the readers throw.
Json run_predict(const PredictCommand& command);

}  // namespace jetvit
