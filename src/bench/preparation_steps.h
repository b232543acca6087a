#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "prepare/prepare.h"

namespace jetvit {

// What `jetvit bench prepare` times. Every step is run by itself, from the files on, with all that comes before it:
//   decode      files to sparse jets in memory
//   statistics  the same, zero suppression and the statistics of every channel
//   store       a whole preparation of a jet store, durable in a folder
//   png         PNG class folders in published mode, durable
//   tfrecord    TFRecord shards in published mode, durable
class PreparationSteps {
 public:
  // Steps that write do so in a new folder inside `folder`, which the destructor removes. Throws Error for inputs that
  // cannot be used and for a folder that cannot be written.
  PreparationSteps(const PrepareOptions& options, const std::filesystem::path& folder);
  ~PreparationSteps();
  PreparationSteps(const PreparationSteps&) = delete;
  PreparationSteps& operator=(const PreparationSteps&) = delete;

  static const std::vector<std::string>& all();
  // Those that the inputs allow: pictures are made of raw Parquet, PNGs of three channels.
  const std::vector<std::string>& possible() const { return possible_; }
  const Inputs& inputs() const { return inputs_; }
  const std::string& kind() const { return kind_; }  // a description of the inputs
  std::uint64_t bytes() const { return bytes_; }     // of all input files

  struct Run {
    std::uint64_t rows = 0;  // of the inputs
    double seconds = 0;      // without the removal of what was written
  };
  // Runs a step once. Throws as preparations do.
  Run run(const std::string& step);

 private:
  std::uint64_t prepare(const std::string& step, const std::filesystem::path& out) const;

  PrepareOptions options_;
  Inputs inputs_;
  std::string kind_;
  std::uint64_t bytes_ = 0;
  std::vector<std::string> possible_;
  std::filesystem::path folder_;
  int runs_ = 0;  // so far
};

}  // namespace jetvit
