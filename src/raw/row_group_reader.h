#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/file.h"
#include "jet/jet_reader.h"
#include "raw/image_column.h"
#include "raw/raw_schema.h"
#include "raw/reading_tasks.h"
#include "raw/scalar_column.h"

namespace jetvit {

// Decodes the reading tasks of one file. Each thread needs its own object.
class RowGroupReader {
 public:
  // columns: all leaf columns of the file. `file`, `schema` and `options` must outlive the object.
  RowGroupReader(const InputFile& file, const std::vector<LeafColumn>& columns, const RawSchema& schema,
                 const ReadOptions& options);

  // Reads the jets of a task and adds the skipped rows to `skipped`. Before a run of pages, the earlier runs of its
  // group must have been read, or other threads must be reading them. Throws Error naming the file and the row group.
  JetRecords read(const ReadingTask& task, std::uint32_t file_index, std::vector<SkippedRow>& skipped);

 private:
  const Decompressor& decompressor(int codec);
  void read_span(std::span<const RowGroup> groups);
  ChunkBytes bytes_of(const ColumnChunk& chunk) const;
  void add_group(const RowGroup& group, std::uint64_t first_row, std::uint32_t file_index, JetRecords& jets,
                 std::vector<SkippedRow>& skipped);
  const Dictionary& dictionary_of(const LargeRowGroup& group);
  void add_run(const PageRun& run, std::uint32_t file_index, JetRecords& jets, std::vector<SkippedRow>& skipped);
  void add_rows(std::uint64_t first_row, std::uint32_t file_index, std::size_t jets_before, JetRecords& jets,
                std::vector<SkippedRow>& skipped) const;
  void add_observers(std::size_t row, std::uint64_t file_row, JetRecords& jets) const;
  std::uint8_t label_at(std::uint64_t row, double value) const;
  std::string reason_to_skip(std::size_t row) const;

  // The places of the columns in scalars_.
  std::size_t weight_place() const { return schema_.label >= 0 ? 1 : 0; }
  std::size_t observer_place() const { return weight_place() + (schema_.weight >= 0 ? 1 : 0); }

  const InputFile& file_;
  const RawSchema& schema_;
  const ReadOptions& options_;
  std::vector<LeafColumn> columns_;  // the requested ones
  ImageColumnReader image_;
  std::vector<Decompressor> decompressors_;
  PageReader::Buffers buffers_, run_buffers_;
  std::optional<std::uint64_t> dictionary_group_;  // the group whose dictionary is in run_buffers_
  Dictionary dictionary_;
  std::vector<std::byte> bytes_;
  std::uint64_t bytes_offset_ = 0;
  std::vector<const char*> reasons_;  // of the current rows; null for usable rows
  std::vector<ScalarValues> scalars_;
};

}  // namespace jetvit
