#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace jetvit {

enum class PhysicalType : std::uint8_t { kBoolean, kInt32, kInt64, kFloat, kDouble, kOther };

// One leaf of a Parquet schema.
struct LeafColumn {
  std::string path;  // "X_jets.list.item.list.item.list.item"
  std::string root;  // "X_jets"
  PhysicalType type = PhysicalType::kOther;
  int max_definition = 0;
  int max_repetition = 0;
};

// Where a column's pages lie in one row group.
struct ColumnChunk {
  std::uint64_t offset = 0;  // of the first page
  std::uint64_t size = 0;    // bytes
  std::uint64_t values = 0;  // with nulls
  int codec = 0;             // Arrow's number of the compression
};

// The footer of a Parquet file, parsed once.
struct ParquetFooter {
  std::vector<LeafColumn> columns;
  std::vector<std::uint64_t> rows;               // of each row group
  std::vector<std::vector<ColumnChunk>> chunks;  // [wanted column][row group]
};

// The schema alone.
std::vector<LeafColumn> read_parquet_schema(const std::filesystem::path& path);

// The footer with the chunks of the columns at the places `wanted`. Throws Error where the file is not Parquet, is cut
// short, or places chunks outside the file.
ParquetFooter read_parquet_footer(const std::filesystem::path& path, const std::vector<int>& wanted);

// Decompresses one page.
class Decompressor {
 public:
  explicit Decompressor(int codec);
  ~Decompressor();
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;

  int codec() const { return codec_; }
  bool is_identity() const { return !codec_impl_; }
  // Fills `out` exactly; throws Error otherwise.
  void decompress(std::span<const std::byte> bytes, std::span<std::byte> out) const;

 private:
  struct Impl;
  int codec_;
  std::unique_ptr<Impl> codec_impl_;
};

}  // namespace jetvit
