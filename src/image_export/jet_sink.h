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
#include "image_export/gray_levels.h"
#include "jet/jet_records.h"

namespace jetvit {

// Writes encoded jets, batch by batch, to class folders or record shards inside an output folder.
class JetSink {
 public:
  virtual ~JetSink() = default;

  // Writes a batch of jets from one file, in order. scales: one per channel.
  virtual void write(const JetRecords& jets, std::span<const ChannelScale> scales) = 0;

  // The number of consecutive raw files whose jets share an output file. Work can be saved only before the first of
  // them. 0: no output file holds jets of two batches, and work can be saved after any batch.
  virtual std::size_t files_together() const = 0;
  // Makes everything written so far durable: the jets of all raw files before `next`, and of `next` if it was begun.
  // Returns the state that restore() needs to resume there.
  virtual Json save(std::size_t next) = 0;
  // Compares the output files with a state returned by save(), and removes files in the class folders that were written
  // later. Returns the names of its own files and folders. Throws Error or the JSON library's exception if they differ.
  virtual std::set<std::string> restore(const Json& saved) = 0;

  // Writes the rest. Returns the list of shards, null for PNG folders.
  virtual Json close() = 0;

  const std::array<std::uint64_t, 2>& counts() const { return counts_; }  // jets of class 0 and 1 so far

 protected:
  // The number of each jet within its class, counted over all batches. The study uses these numbers as names.
  std::vector<std::uint64_t> number(const JetRecords& jets);
  void restore_counts(const Json& saved);

 private:
  std::array<std::uint64_t, 2> counts_{};
};

// Writes <class>/<number>.png (RGB), which torchvision's ImageFolder can open. `shape` must have 3 channels.
std::unique_ptr<JetSink> make_png_folders(OutputFolder& output, const ImageShape& shape, double threshold, int threads);

struct ShardOptions {
  std::size_t files = 0;   // number of input files; four of them form a shard
  bool as_floats = false;  // the pixel values themselves instead of 8-bit pictures
  bool gzip = false;
  double threshold = 0;
  int threads = 1;
};

// Writes Top_TFRecords_shard_<j>_of_<n>.tfrecords (.tfrecords.gz with gzip) with one tf.train.Example per jet.
std::unique_ptr<JetSink> make_record_shards(OutputFolder& output, const ImageShape& shape, const ShardOptions& options);

}  // namespace jetvit
