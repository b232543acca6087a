#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "jet/jet_reader.h"
#include "raw/raw_schema.h"

namespace jetvit {

// Reads raw Parquet files of jets in any of the published layouts. Memory is bounded by a few tasks per thread
// (ReadingTasks), for any size of the files and of their row groups.
class RawReader : public JetReader {
 public:
  // Reads the schema of every file. A file without a complete image is given the shape of the others, and its rows are
  // skipped. Notes say which columns are left out, what is guessed, and that a column `weight` is not used as the
  // weight. Observers that are named like a column of stores or scores ("weight") get the prefix "raw_". Throws Error
  // if a file is not a Parquet file of jets, if shapes or observers differ between files, if no file has a complete
  // image, or if a file is named twice.
  RawReader(std::vector<std::filesystem::path> files, ReadOptions options);

  const ImageLayout& layout() const { return schema_.layout; }

 private:
  void check_label(const std::filesystem::path& file, const RawSchema& schema) const;
  void adopt_observers(const std::filesystem::path& file, const RawSchema& schema);
  void read_file(std::size_t file, const IsOwn& is_own, const Work& work, const ChunkSink& sink) const override;

  ReadOptions options_;
  RawSchema schema_;
};

}  // namespace jetvit
