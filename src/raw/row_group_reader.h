#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"
#include "jet/jet_records.h"
#include "raw/image_column.h"
#include "raw/raw_reader.h"

namespace jetvit {

// Decodes ranges of row groups of one file; one object a thread.
class RowGroupReader {
 public:
  // The footer holds the chunks of: image, label where there is one, observers.
  RowGroupReader(const InputFile& file, const ParquetFooter& footer, const RawSchema& schema,
                 const RawOptions& options);

  // Jets of the row groups [first, last), whose first row is `first_row` of the file; `skipped` gets the rows that are
  // left out. Throws Error naming the file and the row group.
  JetRecords read(std::size_t first, std::size_t last, std::uint64_t first_row, std::uint32_t file_index,
                  std::vector<SkippedRow>& skipped);

 private:
  std::span<const std::byte> chunk(std::size_t column, std::size_t group);
  const Decompressor& decompressor(int codec);
  void read_span(std::size_t first, std::size_t last);
  void add_group(std::size_t group, std::uint64_t first_row, std::uint32_t file_index, JetRecords& jets,
                 std::vector<SkippedRow>& skipped);
  std::uint8_t label_of(double value, std::uint64_t row) const;

  const InputFile& file_;
  const ParquetFooter& footer_;
  const RawSchema& schema_;
  const RawOptions& options_;
  std::vector<int> columns_;  // leaf indices in the order of footer.chunks
  ImageColumnReader image_;
  std::vector<Decompressor> decompressors_;
  PageReader::Buffers buffers_;
  std::vector<std::byte> bytes_, lone_chunk_;
  std::uint64_t bytes_offset_ = 0;
  std::vector<std::string> reasons_;
  std::vector<std::vector<double>> scalars_;
};

// The leaf columns that RowGroupReader needs, in its order.
std::vector<int> wanted_columns(const RawSchema& schema);

}  // namespace jetvit
