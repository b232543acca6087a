#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/file.h"
#include "raw/chunk_bytes.h"
#include "raw/parquet_footer.h"
#include "raw/scalar_column.h"

namespace jetvit {

class LargeRowGroup;

// Consecutive data pages of the image column of a large row group. The rows that start in them are one task. The last
// of these rows may end in the following pages; the next run ignores that part. Runs can therefore be decoded in any
// order and by any thread.
struct PageRun {
  std::shared_ptr<LargeRowGroup> group;
  std::uint64_t number = 0;  // within the group
  std::uint64_t begin = 0;   // position of the first page in the file
  std::uint64_t pages = 0;   // number of data pages
  bool is_last = false;
};

// Size of a run: as many pages as contain `rows` rows, but at least `pages` pages (the first page after a run is read
// twice). A run ends in any case when it reaches one of the limits in bytes.
struct RunLimits {
  std::uint64_t rows = 256;
  std::uint64_t pages = 4;
  std::uint64_t bytes = 8U << 20;
  std::uint64_t uncompressed = 128U << 20;
};

// A row group that is read in runs of pages. Memory is bounded by the page size instead of the group size, because some
// writers put a million rows into one group by default. Page headers state where the pages are, but not which rows they
// contain. Everything that depends on the earlier rows (their number, the positions in the scalar columns) is therefore
// passed from run to run, in order.
class LargeRowGroup : public std::enable_shared_from_this<LargeRowGroup> {
 public:
  // columns: the columns of the chunks of `group`, the images first. first_row: the group's first row in the file.
  // values: values per image. `file` and `columns` must outlive the object.
  LargeRowGroup(const InputFile& file, RowGroup group, std::uint64_t first_row, const std::vector<LeafColumn>& columns,
                std::uint64_t values, const RunLimits& limits);

  ~LargeRowGroup();

  const RowGroup& group() const { return group_; }
  // Location of the images' dictionary page, including its header. Empty if there is none.
  const ColumnChunk& dictionary() const { return dictionary_; }
  // The image pages from the first page of `run` to the end of the chunk.
  ChunkBytes pages_from(const PageRun& run) const;

  // The next run, or no value at the end. Call it from one thread at a time. Throws Error naming the file and the
  // group.
  std::optional<PageRun> next_run();

  // The part of a run that waits for the earlier runs. If take_rows() is not called or fails, the later runs fail too,
  // because they would wait forever.
  class Turn {
   public:
    explicit Turn(const PageRun& run) : run_(run) {}
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    // Waits for the earlier runs and takes the next `count` rows of the group. Returns the index of the first one in
    // the file and fills scalars[column]. Throws Error if the columns do not have as many rows as the group, or if
    // an earlier run failed.
    std::uint64_t take_rows(std::size_t count, std::vector<ScalarValues>& scalars);

   private:
    const PageRun& run_;
    bool done_ = false;
  };

 private:
  struct ScalarColumn;

  void gather(PageRun& run);
  void take_scalars(std::size_t count, bool is_last, std::vector<ScalarValues>& scalars);

  const InputFile& file_;
  const RowGroup group_;
  const std::uint64_t first_row_;
  const std::vector<LeafColumn>& columns_;
  const std::uint64_t values_;
  const RunLimits limits_;

  // State of next_run().
  ChunkBytes headers_;
  ColumnChunk dictionary_;
  std::uint64_t runs_ = 0;
  bool all_handed_out_ = false;

  // State of the turns.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t turn_ = 0;  // number of the next run
  bool failed_ = false;
  std::uint64_t rows_taken_ = 0;
  std::vector<std::unique_ptr<ScalarColumn>> scalars_;
};

}  // namespace jetvit
