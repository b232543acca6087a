#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/options.h"
#include "jet/jet_reader.h"
#include "jet/split.h"
#include "prepare/statistics.h"
#include "store/manifest.h"

namespace jetvit {

// What standard preparation has collected from the files read so far: everything in the manifest of a store except its
// shards. The sums are exact. The state can therefore be saved, restored and merged with that of other files, and the
// manifest is the same, bit for bit, however the files were divided.
class Preparation {
 public:
  // rule: how jets were assigned to a split where the user did not choose one
  Preparation(const JetReader& reader, double zero_threshold, SplitRule rule);

  const ReadSummary& summary() const { return summary_; }
  const std::vector<std::string>& files() const { return files_; }  // all input files, as given by the user

  // What one thread has collected.
  struct Tally {
    StatisticsAccumulator training, others;
    std::uint64_t negative_pixels = 0;
  };
  Tally empty_tally() const;
  void add(const Tally& tally);
  ReadSummary& summary() { return summary_; }

  // Adds what `other` has collected from the files [first, last), which follow those read here. Throws Error if its
  // list of files or its images differ.
  void append(const Preparation& other, std::size_t first, std::size_t last);

  // The manifest without shards, counts, report of skipped rows and fingerprint.
  Manifest manifest() const;

  Json to_json() const;
  // Throws Error or the JSON library's exception if `json` is not the output of to_json().
  static Preparation from_json(const Json& json);

 private:
  Preparation(const ImageShape& shape, std::vector<Channel> channels);

  ImageShape shape_;
  std::vector<Channel> channels_;
  std::vector<std::string> observer_names_, files_;
  ClassNames class_names_;
  std::string label_column_, weight_column_;
  SplitRule rule_ = SplitRule::kIdentity;
  double zero_threshold_ = 0;
  Tally tally_;
  ReadSummary summary_;
};

}  // namespace jetvit
