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

// Neighbouring data pages of the images of a large row group. The rows that start in them are one task: the last of
// them may end in the pages behind, which the next run passes over. So runs are decoded in any order and by any thread.
struct PageRun {
  std::shared_ptr<LargeRowGroup> group;
  std::uint64_t number = 0;  // in the group
  std::uint64_t begin = 0;   // of the first page, in the file
  std::uint64_t pages = 0;   // of data
  bool is_last = false;
};

// How much a run gathers: as many pages as hold these rows, but no fewer than `pages` (the first page behind a run is
// read twice) and no more than reach one of the numbers of bytes.
struct RunLimits {
  std::uint64_t rows = 256;
  std::uint64_t pages = 4;
  std::uint64_t bytes = 8U << 20;
  std::uint64_t uncompressed = 128U << 20;
};

// A row group that is read in runs of pages, with memory bounded by its pages instead of its size: writers put a
// million rows into one by default. Headers tell where pages lie, but not which rows: what of a run depends on the rows
// in front of it (their number, the places in the scalar columns) is passed on from run to run, in their order.
class LargeRowGroup : public std::enable_shared_from_this<LargeRowGroup> {
 public:
  // `columns`: those of the chunks of `group`, the images first. first_row: of the file; values: of an image.
  LargeRowGroup(const InputFile& file, RowGroup group, std::uint64_t first_row, const std::vector<LeafColumn>& columns,
                std::uint64_t values, const RunLimits& limits);

  ~LargeRowGroup();

  const RowGroup& group() const { return group_; }
  // Where the dictionary page of the images lies with its header; empty where there is none.
  const ColumnChunk& dictionary() const { return dictionary_; }
  // The pages of the images from the first of a run to the end of the chunk.
  ChunkBytes pages_from(const PageRun& run) const;

  // The next run; none at the end. One thread at a time. Throws Error naming the file and the group.
  std::optional<PageRun> next_run();

  // The part of a run that waits for the runs in front of it. Without take_rows() the runs behind it fail too: they
  // would wait for ever.
  class Turn {
   public:
    explicit Turn(const PageRun& run) : run_(run) {}
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    // Waits; the run holds the next `count` rows. Returns the place of the first in the file and fills
    // scalars[column][row]. Throws Error where the columns hold other numbers of rows than the group, or a run in front
    // failed.
    std::uint64_t take_rows(std::size_t count, std::vector<std::vector<double>>& scalars);

   private:
    const PageRun& run_;
    bool done_ = false;
  };

 private:
  struct ScalarColumn;

  void gather(PageRun& run);
  void take_scalars(std::size_t count, bool is_last, std::vector<std::vector<double>>& scalars);

  const InputFile& file_;
  const RowGroup group_;
  const std::uint64_t first_row_;
  const std::vector<LeafColumn>& columns_;
  const std::uint64_t values_;
  const RunLimits limits_;

  // Of next_run().
  ChunkBytes headers_;
  ColumnChunk dictionary_;
  std::uint64_t runs_ = 0;
  bool all_handed_out_ = false;

  // Of the turns.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t turn_ = 0;  // the run that is next
  bool failed_ = false;
  std::uint64_t rows_taken_ = 0;
  std::vector<std::unique_ptr<ScalarColumn>> scalars_;
};

}  // namespace jetvit
