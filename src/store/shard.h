#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// Writes records, one batch after the other, as one Arrow IPC file, piece by piece, to `sink`. Columns: label uint8,
// weight float32, one float64 per observer, source_file uint32, source_row uint64, counts
// fixed_size_list<uint32>[channels] (non-zero pixels of each channel), pixel list<uint16> and value list<float32>
// (channel after channel; pixel = row * width + column).
class ShardWriter {
 public:
  explicit ShardWriter(std::function<void(std::span<const std::byte>)> sink);
  ~ShardWriter();
  ShardWriter(const ShardWriter&) = delete;
  ShardWriter& operator=(const ShardWriter&) = delete;

  // A batch, of the same channels and observers as the first. Throws Error where it holds too many pixels, and what
  // `sink` throws.
  void add(const JetRecords& jets);
  void close();  // the end of the file, after at least one batch

 private:
  class SinkStream;
  class File;
  std::unique_ptr<File> file_;
};

// Reads such a file. `where` names the shard in messages; throws Error where the bytes are no such file or contradict
// themselves.
JetRecords decode_shard(std::span<const std::byte> bytes, const ImageShape& shape,
                        const std::vector<std::string>& observer_names, const std::string& where);

}  // namespace jetvit
