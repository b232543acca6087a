#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "jet/jet_reader.h"
#include "raw/raw_schema.h"

namespace jetvit {

// Reads raw Parquet files of jets in any of the published layouts, with memory bounded by a few tasks a thread
// (ReadingTasks), whatever the size of the files and of their row groups.
class RawReader : public JetReader {
 public:
  // Looks at the schema of every file. A file without a whole image has the shape of the others, and its rows are
  // skipped. Throws Error where one is no Parquet file of jets, where shapes or observers differ between files, where
  // none has a whole image, or where a file is named twice. Observers named like a column of stores or scores
  // ("weight") get "raw_" in front.
  RawReader(std::vector<std::filesystem::path> files, ReadOptions options);

  const ImageLayout& layout() const { return schema_.layout; }
  const std::vector<std::string>& ignored_columns() const { return schema_.ignored; }

 private:
  void read_file(std::size_t file, const Work& work, const ChunkSink& sink) const override;

  ReadOptions options_;
  RawSchema schema_;
};

}  // namespace jetvit
