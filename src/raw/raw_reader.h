#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/parallel_for.h"
#include "jet/jet_records.h"
#include "raw/raw_schema.h"

namespace jetvit {

struct RawOptions {
  std::string label_column = "y";
  double positive_label = 1;    // this value is label 1; any other of {0, 1} is label 0
  bool any_label = false;       // positive_label was chosen: every other value is label 0
  bool require_label = true;    // false: label 0 where the file has none (prediction)
  std::string layout = "auto";  // auto, chw or hwc, for flat lists
  std::vector<int> shape;       // channels, height, width; empty: from the file
  int threads = default_threads();
};

struct SkippedRow {
  std::uint32_t file = 0;
  std::uint64_t row = 0;
  std::string reason;
};

struct RawSummary {
  std::uint64_t rows = 0;
  std::uint64_t kept = 0;
  std::uint64_t skipped = 0;
  std::vector<std::uint64_t> rows_of_file, skipped_of_file;
  std::vector<SkippedRow> named;  // the first 1,000 of the skipped
};

// Reads raw Parquet files of jets in any of the published layouts straight into sparse records, in order of files and
// rows, with memory bounded by a few row groups a thread.
class RawReader {
 public:
  // Looks at the schema of every file. Throws Error where one is no Parquet file of jets, where shapes or observers
  // differ between files, or where a file is named twice. Observers named like a column of stores or scores ("weight")
  // get "raw_" in front.
  RawReader(std::vector<std::filesystem::path> files, RawOptions options);

  const std::vector<std::filesystem::path>& files() const { return files_; }
  const ImageLayout& layout() const { return schema_.layout; }
  const ImageShape& shape() const { return schema_.layout.shape; }
  const std::vector<std::string>& observer_names() const { return observer_names_; }
  const std::vector<std::string>& ignored_columns() const { return schema_.ignored; }
  bool has_label() const { return schema_.label >= 0; }

  using Sink = std::function<void(JetRecords&&)>;
  using Work = std::function<void(JetRecords&, int thread)>;

  // Calls `sink` on the calling thread with chunks of jets in order. Rows with nulls, NaN, infinities or a wrong shape
  // are skipped and named in the summary. Throws Error for damage and for labels outside {0, 1}.
  RawSummary read(const Sink& sink) const;

  // The same, but each chunk passes through `work` first, on one of the options' threads and in no order.
  RawSummary read(const Work& work, const Sink& sink) const;

 private:
  void read_file(std::size_t file, RawSummary& summary, const Work& work, const Sink& sink) const;

  std::vector<std::filesystem::path> files_;
  RawOptions options_;
  RawSchema schema_;
  std::vector<std::string> observer_names_;
};

}  // namespace jetvit
