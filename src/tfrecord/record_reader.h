#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jet/jet_reader.h"
#include "pictures/preparation_file.h"
#include "tfrecord/example_parser.h"
#include "tfrecord/feature_survey.h"
#include "tfrecord/record_layout.h"

namespace jetvit {

// Reads TFRecord shards of tf.train.Example back into jets, plain or compressed with gzip. A record holds either 8-bit
// gray PNGs `channel_1`, `channel_2`, ... (levels 0 to 255 become 0 to 1, in signed channels -1 to 1) or the pixels
// `X_jets` as floats or integers (record_layout.h says in which order). In addition, it holds `label` and `name`, which
// is ignored. Every other single number is an observer, which is not known (NaN) in records without it. Other features
// are left out; a note names them.
class RecordReader : public JetReader {
 public:
  // Reads the first records of every file. Throws Error if a file cannot be read or differs in size from its entry in
  // preparation.json, if there is no record, if the first record is not a jet, or if an option contradicts it. read()
  // throws Error if the number of jets in a file differs from its entry, and for a feature that none of the first
  // records has.
  RecordReader(std::vector<std::filesystem::path> files, const ReadOptions& options);

 private:
  struct Tools;  // what a thread reuses from record to record

  void read_file(std::size_t file, const IsOwn& is_own, const Work& work, const ChunkSink& sink) const override;
  void survey(const std::filesystem::path& file);
  void recognize_image(const std::filesystem::path& file, const std::vector<ExampleFeature>& features);
  void assign_roles();
  bool is_image(const std::string& feature) const;
  void append(const std::vector<ExampleFeature>& features, std::uint32_t file, std::uint64_t record, Tools& tools,
              Chunk& chunk) const;
  const char* append_image(const std::vector<ExampleFeature>& features, Tools& tools, SparseImages& images) const;
  const char* append_values(const ExampleFeature& pixels, Tools& tools, SparseImages& images) const;
  std::optional<std::uint8_t> label_in(const std::vector<ExampleFeature>& features) const;
  double weight_in(const std::vector<ExampleFeature>& features) const;
  void append_observers(const std::vector<ExampleFeature>& features, JetRecords& jets) const;

  struct Observer {
    std::string feature;
    bool is_integer = false;
  };

  ReadOptions options_;
  std::vector<std::optional<RecordShard>> stated_;  // for each file
  bool as_floats_ = false;
  FeatureSurvey survey_;
  ShapeFeatures shape_features_;     // of X_jets
  ImageLayout layout_;               // of X_jets
  std::vector<Observer> observers_;  // in the order of observer_names()
};

}  // namespace jetvit
