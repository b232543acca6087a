#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "raw/large_row_group.h"
#include "raw/parquet_footer.h"
#include "raw/raw_schema.h"

namespace jetvit {

// A few milliseconds of decoding: either several small row groups, or a run of pages of a large one.
struct ReadingTask {
  std::vector<RowGroup> groups;
  std::uint64_t first_row = 0;  // of the groups, within the file
  std::optional<PageRun> run;
};

// Divides the rows of a file, in order, into tasks.
class ReadingTasks {
 public:
  // Row groups that exceed `limits` are divided into runs; smaller ones are combined up to `limits`. `file` and
  // `footer` must outlive the object.
  ReadingTasks(const InputFile& file, ParquetFooter& footer, const RawSchema& schema, const RunLimits& limits = {});

  // The next task, or no value at the end. Throws Error naming the file and the row group.
  std::optional<ReadingTask> next();

 private:
  bool has_group();
  bool is_large(const RowGroup& group) const;

  const InputFile& file_;
  ParquetFooter& footer_;
  std::vector<int> wanted_;
  std::vector<LeafColumn> columns_;  // the requested ones
  std::uint64_t values_per_jet_;
  RunLimits limits_;
  std::shared_ptr<LargeRowGroup> large_;  // the large group that is being read
  std::optional<RowGroup> group_;         // the next group
  std::uint64_t row_ = 0;                 // first row of the next group
};

}  // namespace jetvit
