#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"
#include "jet/jet_reader.h"
#include "raw/image_column.h"
#include "raw/raw_schema.h"

namespace jetvit {

// Decodes ranges of row groups of one file; one object a thread.
class RowGroupReader {
 public:
  // `columns` are all leaves of the file.
  RowGroupReader(const InputFile& file, const std::vector<LeafColumn>& columns, const RawSchema& schema,
                 const ReadOptions& options);

  // Jets of the row groups, which hold the chunks of wanted_columns() and whose first row is `first_row` of the file;
  // `skipped` gets the rows that are left out. Throws Error naming the file and the row group.
  JetRecords read(std::span<const RowGroup> groups, std::uint64_t first_row, std::uint32_t file_index,
                  std::vector<SkippedRow>& skipped);

 private:
  std::span<const std::byte> bytes_of(const ColumnChunk& chunk);
  const Decompressor& decompressor(int codec);
  void read_span(std::span<const RowGroup> groups);
  void add_group(const RowGroup& group, std::uint64_t first_row, std::uint32_t file_index, JetRecords& jets,
                 std::vector<SkippedRow>& skipped);
  std::uint8_t label_at(std::uint64_t row, double value) const;

  const InputFile& file_;
  const RawSchema& schema_;
  const ReadOptions& options_;
  std::vector<LeafColumn> columns_;  // the wanted ones
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
