#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jet/jet_reader.h"
#include "pictures/preparation_file.h"
#include "tfrecord/example_parser.h"

namespace jetvit {

// Reads TFRecord shards of tf.train.Example back into jets, plain or compressed with gzip. A record holds either 8-bit
// gray PNGs `channel_1`, `channel_2`, ... (levels 0 to 255 become 0 to 1, in signed channels -1 to 1) or the pixels
// `X_jets` as floats (height, width, channel). In addition, it holds `label` and `name`, which is ignored. Every other
// single number is an observer.
class RecordReader : public JetReader {
 public:
  // Reads the first record. Throws Error if a file cannot be read or differs in size from its entry in
  // preparation.json, if there is no record, or if the first record is not a jet. read() throws Error if the number of
  // jets in a file differs from its entry.
  RecordReader(std::vector<std::filesystem::path> files, const ReadOptions& options);

 private:
  struct Tools;  // what a thread reuses from record to record

  void read_file(std::size_t file, const Work& work, const ChunkSink& sink) const override;
  void recognize(const std::filesystem::path& file, const std::vector<ExampleFeature>& features);
  void append(const std::vector<ExampleFeature>& features, std::uint32_t file, std::uint64_t record, Tools& tools,
              Chunk& chunk) const;
  const char* append_image(const std::vector<ExampleFeature>& features, Tools& tools, SparseImages& images) const;
  void append_observers(const std::vector<ExampleFeature>& features, JetRecords& jets) const;

  ReadOptions options_;
  std::vector<std::optional<RecordShard>> stated_;  // for each file
  bool as_floats_ = false;
  std::vector<std::string> observer_features_;  // in the order of observer_names()
};

}  // namespace jetvit
