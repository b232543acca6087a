#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "jet/class_names.h"
#include "jet/jet_records.h"

namespace jetvit {

// Predictions column by column. As Parquet: score (double, sigmoid of the logit), logit (float), label (uint8), weight
// (float), one column per observer (double; int64 or uint64 for integers, null where not known), source_file (string,
// the name as given) and source_row (uint64), split (string) where it was asked for, and trained_on (bool: the model
// was trained on the jet) where the jets of its training are known. There is no label where the input had none, and a
// null where a jet had none.
struct Scores {
  std::vector<double> score;
  std::vector<float> logit;
  std::vector<std::uint8_t> label;  // kNoLabel: a null
  std::vector<float> weight;
  std::vector<std::string> observer_names;
  std::vector<std::vector<double>> observers;  // [observer][jet]
  std::vector<IntegerColumn> integers;         // of the observers that hold integers
  std::vector<std::string> source_file;
  std::vector<std::uint64_t> source_row;
  std::vector<std::string> split;        // empty: no such column
  std::vector<std::uint8_t> trained_on;  // 0 or 1; empty: no such column
  std::string weight_column;             // where read_scores() found the weights; empty: nowhere

  std::size_t size() const { return score.size(); }
};

// Whether the file at `path` is a scores file of jetvit. False where it cannot be read.
bool is_scores_file(const std::filesystem::path& path);

// The names of the labels that a scores file of jetvit states; empty names for other files.
ClassNames class_names_in(const std::filesystem::path& path);

// The columns of a scores file that not every one has.
struct ScoresColumns {
  std::vector<std::string> observers;
  bool label = true;
  bool split = false;
  bool trained_on = false;
};

// Writes a scores file chunk by chunk (one row group each); the file appears whole at close(). The first chunk decides
// which observers are integers.
class ScoresWriter {
 public:
  // provenance: kept in the file's key "jetvit" as JSON.
  ScoresWriter(const std::filesystem::path& path, const ScoresColumns& columns, const Json& provenance);
  ~ScoresWriter();  // without close() nothing is left
  ScoresWriter(const ScoresWriter&) = delete;
  ScoresWriter& operator=(const ScoresWriter&) = delete;

  void append(const Scores& scores);
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jetvit
