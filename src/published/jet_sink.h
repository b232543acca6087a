#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/output_folder.h"
#include "jet/jet_records.h"
#include "published/grey_levels.h"

namespace jetvit {

// Where encoded jets go, batch by batch: class folders or record shards inside an output folder.
class JetSink {
 public:
  virtual ~JetSink() = default;

  // Jets of one file, in order. scales: one a channel.
  virtual void write(const JetRecords& jets, std::span<const ChannelScale> scales) = 0;

  // Writes what is left; gives the list of shards, null where there are none.
  virtual Json close() = 0;

  const std::array<std::uint64_t, 2>& counts() const { return counts_; }  // jets of class 0 and 1 so far

 protected:
  // The number of each jet within its class, counted over all batches as the study names its jets.
  std::vector<std::uint64_t> number(const JetRecords& jets);

 private:
  std::array<std::uint64_t, 2> counts_{};
};

// <class>/<number>.png, RGB: what torchvision's ImageFolder opens. Throws Error for images of other than 3 channels.
std::unique_ptr<JetSink> make_png_folders(OutputFolder& output, const ImageShape& shape, double threshold, int threads);

struct ShardOptions {
  std::size_t files = 0;   // input files; four of them go into a shard
  bool as_floats = false;  // the pixel values themselves instead of 8-bit pictures
  bool gzip = false;
  double threshold = 0;
  int threads = 1;
};

// Top_TFRecords_shard_<j>_of_<n>.tfrecords (.tfrecords.gz with gzip), one tf.train.Example a jet.
std::unique_ptr<JetSink> make_record_shards(OutputFolder& output, const ImageShape& shape, const ShardOptions& options);

}  // namespace jetvit
