#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "raw/compact_thrift.h"

namespace jetvit {

enum class PhysicalType : std::uint8_t { kBoolean, kInt32, kInt64, kFloat, kDouble, kFixedBytes, kOther };

// The numbers that the values of a column stand for.
enum class NumberKind : std::uint8_t {
  kNone,     // text, dates, bytes and so on
  kPlain,    // the stored numbers themselves
  kHalf,     // 16-bit floating-point numbers, in two bytes
  kDecimal,  // the stored integers, divided by a power of ten
};

// One leaf of a Parquet schema.
struct LeafColumn {
  std::string path;  // "X_jets.list.item.list.item.list.item"
  std::string root;  // "X_jets"
  PhysicalType type = PhysicalType::kOther;
  int max_definition = 0;
  int max_repetition = 0;
  NumberKind kind = NumberKind::kPlain;
  std::string content;       // what the values are if they are no numbers: "text", "timestamps"
  bool is_unsigned = false;  // for integers
  int width = 0;             // bytes of a value of type kFixedBytes
  int precision = 0;         // of decimals: digits
  int scale = 0;             // of decimals: digits after the point

  bool is_number() const { return kind != NumberKind::kNone; }
  // Whether every value is an integer of 64 bits.
  bool is_integer() const;
};

// Location of the pages of a column in one row group.
struct ColumnChunk {
  std::uint64_t offset = 0;  // of the first page
  std::uint64_t size = 0;    // bytes
  std::uint64_t values = 0;  // including nulls
  int codec = 0;             // parquet.thrift, enum CompressionCodec
};

struct RowGroup {
  std::uint64_t number = 0;  // within the file
  std::uint64_t rows = 0;
  std::vector<ColumnChunk> chunks;  // of the requested columns
};

// The footer of a Parquet file (parquet.thrift, struct FileMetaData). It is parsed step by step: files with one row
// group per jet describe 300,000 of them in 100 MB, but only a few hundred are needed at a time.
class ParquetFooter {
 public:
  // Reads the schema. `file` must outlive the footer. Throws Error if the file is not a Parquet file, or is cut short,
  // encrypted or damaged.
  explicit ParquetFooter(const InputFile& file);
  ParquetFooter(const ParquetFooter&) = delete;
  ParquetFooter& operator=(const ParquetFooter&) = delete;

  const std::vector<LeafColumn>& columns() const { return columns_; }

  // Reads the next row group with the chunks of the columns at the indices `wanted`, in that order. Returns false at
  // the end. Throws Error if the footer is damaged or places a chunk outside the file.
  bool next(const std::vector<int>& wanted, RowGroup& group);

  // The value of a key of the file's metadata; no value if the file does not have it. Reads to the end of the footer:
  // next() finds no row group afterwards. Throws Error if the footer is damaged.
  std::optional<std::string> metadata(const std::string& key);

 private:
  std::span<const std::byte> next_window();
  void read_schema();
  void read_row_group(RowGroup& group);
  void read_column(const LeafColumn& leaf);

  const InputFile& file_;
  std::uint64_t begin_ = 0, position_ = 0, end_ = 0;  // of the footer in the file
  std::vector<std::byte> window_;
  std::unique_ptr<CompactReader> reader_;
  std::vector<LeafColumn> columns_;
  std::vector<ColumnChunk> all_;  // all columns of one row group
  std::uint64_t groups_ = 0, next_group_ = 0;
  std::optional<CompactReader::Field> after_groups_;  // the place after the row groups, until it was read
};

}  // namespace jetvit
