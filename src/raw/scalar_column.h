#pragma once

#include <vector>

#include "raw/page_reader.h"

namespace jetvit {

// A flat numeric column chunk as doubles, NaN where the value is null, page by page.
class ScalarColumnReader {
 public:
  // `rows`: how many values the chunk must hold. Column, decompressor and buffers must outlive the object.
  ScalarColumnReader(ChunkBytes bytes, const LeafColumn& column, const Decompressor& decompressor, std::uint64_t rows,
                     PageReader::Buffers& buffers);

  // Puts the next `count` values into `out`. Throws Error where the chunk holds fewer, or more than its rows.
  void read(std::size_t count, std::vector<double>& out);

  // Throws Error where values are left.
  void finish();

  std::uint64_t nulls() const { return nulls_; }  // in the pages read so far

 private:
  bool next_page();

  PageReader pages_;
  const LeafColumn& column_;
  std::uint64_t rows_, seen_ = 0;  // values, with those of the page under way
  std::uint64_t nulls_ = 0;
  std::vector<std::uint8_t> levels_;
  std::vector<double> values_;  // of the page under way, without nulls
  std::size_t next_level_ = 0, next_value_ = 0;
};

}  // namespace jetvit
