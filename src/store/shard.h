#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jet/jet_records.h"
#include "jet/shared_jets.h"
#include "store/contents.h"

namespace jetvit {

// Writes batches of records as one Arrow IPC file, whose bytes go to `sink` piece by piece. Columns: label uint8,
// weight float32, one float64 per observer (int64 or uint64 with nulls for integers), source_file uint32, source_row
// uint64, identity fixed_size_binary[16] (jet/jet_identity.h, if known), counts fixed_size_list<uint32>[channels]
// (non-zero pixels of each channel), pixel list<uint16> and value list<float32> (channel after channel; pixel = row *
// width + column).
class ShardWriter {
 public:
  explicit ShardWriter(std::function<void(std::span<const std::byte>)> sink);
  ~ShardWriter();
  ShardWriter(const ShardWriter&) = delete;
  ShardWriter& operator=(const ShardWriter&) = delete;

  // Writes a batch, which must have the same channels and observers as the first one. Throws Error if it has too many
  // pixels, and rethrows exceptions of `sink`.
  void add(const JetRecords& jets);
  void close();  // writes the end of the file, after at least one batch

 private:
  class SinkStream;
  class File;
  std::unique_ptr<File> file_;
};

// Where the images of the jets of a shard are in its file.
struct ImagePlaces {
  std::vector<std::uint64_t> pixel, value;  // of each jet, in bytes from the file's begin
  std::vector<std::uint32_t> counts;        // of the pixels of each jet and channel
};

// Reads such a file. `where` names the shard in messages. Throws Error if the bytes are not such a file or are
// inconsistent. places: where the images are, which the result then does not have; null: it has them.
JetRecords decode_shard(std::span<const std::byte> bytes, const ImageShape& shape,
                        const std::vector<std::string>& observer_names, const std::string& where,
                        ImagePlaces* places = nullptr);

// Throws Error unless the pixels and values of a jet are those of an image.
void check_pixels(std::span<const std::uint16_t> pixel, std::span<const float> value, const ImageShape& shape,
                  std::int64_t jet);

// Reads the identities, files and rows of the jets of a shard in `store`; the images are not read. Empty for a shard
// without identities. Throws Error naming the shard if it cannot be read.
JetOrigins read_origins(const std::filesystem::path& store, const ShardEntry& shard);

}  // namespace jetvit
