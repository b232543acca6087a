#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <set>
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

  // A batch: jets of one file, in order. scales: one a channel.
  virtual void write(const JetRecords& jets, std::span<const ChannelScale> scales) = 0;

  // So many neighbouring raw files share a file of the output, and only before the first of them can work be saved; 0:
  // no file of the output holds jets of two batches, and work can be saved after any.
  virtual std::size_t files_together() const = 0;
  // Makes durable what was written of the raw files before `next`, and of `next` where it was begun. Gives what
  // restore() needs to go on from there.
  virtual Json save(std::size_t next) = 0;
  // Compares the files of the output with what save() gave, and removes those inside its folders that were written
  // later. Returns the names of its own files and folders. Throws Error, or the JSON library's exception, where they
  // differ.
  virtual std::set<std::string> restore(const Json& saved) = 0;

  // Writes what is left; gives the list of shards, null where there are none.
  virtual Json close() = 0;

  const std::array<std::uint64_t, 2>& counts() const { return counts_; }  // jets of class 0 and 1 so far

 protected:
  // The number of each jet within its class, counted over all batches as the study names its jets.
  std::vector<std::uint64_t> number(const JetRecords& jets);
  void restore_counts(const Json& saved);

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
