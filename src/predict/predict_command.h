#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>

#include "base/options.h"
#include "compute/compute_options.h"
#include "group/process_group.h"
#include "prepare/source_options.h"
#include "run/trained_model.h"

namespace jetvit {

// What `jetvit predict` is asked for.
struct PredictCommand {
  std::filesystem::path model;  // run folder or checkpoint
  SourceOptions source;
  std::filesystem::path output;  // scores, Parquet
  bool with_split = false;       // store: a column with each jet's split
  bool overwrite = false;
  int batch_size = 256;
  ComputeOptions compute;
};

// What a prediction did.
struct PredictSummary {
  std::uint64_t jets = 0;     // scored
  std::uint64_t skipped = 0;  // rows that could not be used
  double seconds = 0;
  std::filesystem::path output;
  Provenance model;

  double jets_per_second() const { return static_cast<double>(jets) / std::max(1e-9, seconds); }
};

// {"jets", "skipped", "seconds", "jets_per_second", "output", "model"}
Json to_json(const PredictSummary& summary);

// Writes the scores of all jets of the input in its order, chunk by chunk: files of any size pass through. Throws Error
// where the input's images are of another kind than the model was trained on (require_same_images), UsageError where
// raw files are to have splits, and what the readers and Rounds throw.
//
// group: processes that share the work and call this with the same arguments. Each one reads and scores its jets
// (JetSource::for_each_round(), JetReader::read()); rank 0 writes the file of one process, and alone has a summary of
// jets. Throws Error where the model or the data are not the same everywhere.
PredictSummary run_predict(const PredictCommand& command, const ProcessGroup* group = nullptr);

}  // namespace jetvit
