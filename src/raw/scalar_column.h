#pragma once

#include <vector>

#include "raw/page_reader.h"

namespace jetvit {

// Values of a flat numeric column.
struct ScalarValues {
  std::vector<double> numbers;         // NaN for a null
  std::vector<std::int64_t> integers;  // of a column of integers: the exact values, 0 for a null; otherwise empty

  void clear();
};

// Reads a flat numeric column chunk, page by page.
class ScalarColumnReader {
 public:
  // rows: the number of values that the chunk must have. The column, decompressor and buffers must outlive the object.
  ScalarColumnReader(ChunkBytes bytes, const LeafColumn& column, const Decompressor& decompressor, std::uint64_t rows,
                     PageReader::Buffers& buffers);

  // Replaces `out` by the next `count` values. Throws Error if the chunk has fewer values, or more than `rows`.
  void read(std::size_t count, ScalarValues& out);

  // Throws Error if the chunk has more values than `rows`.
  void finish();

  std::uint64_t nulls() const { return nulls_; }  // in the pages read so far

 private:
  bool next_page();

  PageReader pages_;
  const LeafColumn& column_;
  std::uint64_t rows_, seen_ = 0;  // values, including those of the current page
  std::uint64_t nulls_ = 0;
  std::vector<std::uint8_t> levels_;
  ScalarValues values_;  // of the current page, without nulls
  std::size_t next_level_ = 0, next_value_ = 0;
};

}  // namespace jetvit
