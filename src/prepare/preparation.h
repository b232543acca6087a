#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/options.h"
#include "jet/jet_reader.h"
#include "prepare/statistics.h"
#include "store/manifest.h"

namespace jetvit {

// What standard preparation knows of the files that it has read so far: all that the manifest of a store says beside
// its shards. Exact, so that it can be written down, read back and merged with that of other files, and the manifest
// comes out the same, bit for bit, however the files were divided.
class Preparation {
 public:
  Preparation(const JetReader& reader, double zero_threshold);

  const ReadSummary& summary() const { return summary_; }
  const std::vector<std::string>& files() const { return files_; }  // of the whole, as they were named

  // What one thread has seen.
  struct Tally {
    StatisticsAccumulator training, others;
    std::uint64_t negative_pixels = 0;
  };
  Tally empty_tally() const;
  void add(const Tally& tally);
  ReadSummary& summary() { return summary_; }

  // `other` has read the files [first, last), which follow those that were read here. Throws Error where it is of other
  // files or images.
  void append(const Preparation& other, std::size_t first, std::size_t last);

  // Without shards, counts, report of skipped rows and fingerprint.
  Manifest manifest() const;

  Json to_json() const;
  // Throws Error, or the JSON library's exception, where `json` is no such record.
  static Preparation from_json(const Json& json);

 private:
  Preparation(const ImageShape& shape, std::vector<Channel> channels);

  ImageShape shape_;
  std::vector<Channel> channels_;
  std::vector<std::string> observer_names_, files_;
  double zero_threshold_ = 0;
  Tally tally_;
  ReadSummary summary_;
};

}  // namespace jetvit
