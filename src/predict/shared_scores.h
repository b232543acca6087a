#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "predict/predict_command.h"
#include "predict/predictor.h"
#include "predict/rounds.h"
#include "predict/scores_file.h"
#include "prepare/jet_source.h"
#include "run/trained_jets.h"

namespace jetvit {

// Sends the jets of this process through the model.
class Scorer {
 public:
  // The references must outlive the object.
  Scorer(const PredictCommand& command, const TrainedModel& trained, Rounds& rounds);

  // The results of a round, for SharedScores. Throws what predict_logits() and Rounds::finish_batch() throw.
  std::string score(const std::vector<JetSource::Piece>& pieces);

 private:
  const TrainedModel& trained_;
  PredictOptions options_;
};

// Writes what several processes scored into one file, as one process would: chunk by chunk.
class SharedScores {
 public:
  // trained_jets: null without the column trained_on. files: the names of the input files.
  SharedScores(const PredictCommand& command, const TrainedModel& trained, const ScoresColumns& columns,
               std::optional<TrainedJets> trained_jets, std::vector<std::string> files);

  // The results of a round, in the order of the processes. A round ends with a chunk. split: of these jets.
  void take(const std::vector<std::string>& results, std::string_view split);

  // Of the jets taken: all, those of label 1, and those of no label.
  std::uint64_t jets() const { return jets_; }
  std::uint64_t positive() const { return positive_; }
  std::uint64_t unlabeled() const { return unlabeled_; }

  void close() { writer_.close(); }  // without it, no file is left

 private:
  void write(const JetRecords& jets, const std::vector<float>& logits, std::string_view split);

  std::vector<std::string> files_;
  bool with_split_;
  std::optional<TrainedJets> trained_jets_;
  ScoresWriter writer_;
  std::uint64_t jets_ = 0, positive_ = 0, unlabeled_ = 0;
};

}  // namespace jetvit
