#include "raw/parquet_footer.h"

#include <arrow/io/file.h>
#include <arrow/util/compression.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace jetvit {
namespace {

PhysicalType physical_type(parquet::Type::type type) {
  switch (type) {
    case parquet::Type::BOOLEAN:
      return PhysicalType::kBoolean;
    case parquet::Type::INT32:
      return PhysicalType::kInt32;
    case parquet::Type::INT64:
      return PhysicalType::kInt64;
    case parquet::Type::FLOAT:
      return PhysicalType::kFloat;
    case parquet::Type::DOUBLE:
      return PhysicalType::kDouble;
    default:
      return PhysicalType::kOther;
  }
}

std::shared_ptr<parquet::FileMetaData> read_metadata(const std::filesystem::path& path) {
  const InputFile file(path);  // names missing files and folders in our words
  if (file.size() == 0) throw Error(text(path, ": is empty, not a Parquet file"));
  try {
    return parquet::ParquetFileReader::OpenFile(path.string(), /*memory_map=*/false)->metadata();
  } catch (const std::exception& error) {
    throw Error(text(path, ": is not a whole Parquet file (", printable(error.what()), ")"));
  }
}

std::vector<LeafColumn> columns_of(const parquet::FileMetaData& metadata) {
  std::vector<LeafColumn> columns;
  for (int index = 0; index < metadata.num_columns(); ++index) {
    const parquet::ColumnDescriptor* column = metadata.schema()->Column(index);
    columns.push_back({column->path()->ToDotString(), column->path()->ToDotVector().front(),
                       physical_type(column->physical_type()), column->max_definition_level(),
                       column->max_repetition_level()});
  }
  return columns;
}

}  // namespace

std::vector<LeafColumn> read_parquet_schema(const std::filesystem::path& path) {
  return columns_of(*read_metadata(path));
}

ParquetFooter read_parquet_footer(const std::filesystem::path& path, const std::vector<int>& wanted) {
  const std::shared_ptr<parquet::FileMetaData> metadata = read_metadata(path);
  const std::uint64_t file_size = InputFile(path).size();
  ParquetFooter footer{.columns = columns_of(*metadata), .rows = {}, .chunks = {}};
  footer.chunks.resize(wanted.size());
  try {
    for (int group = 0; group < metadata->num_row_groups(); ++group) {
      const std::unique_ptr<parquet::RowGroupMetaData> row_group = metadata->RowGroup(group);
      footer.rows.push_back(static_cast<std::uint64_t>(row_group->num_rows()));
      for (std::size_t place = 0; place < wanted.size(); ++place) {
        const std::unique_ptr<parquet::ColumnChunkMetaData> chunk = row_group->ColumnChunk(wanted[place]);
        const std::int64_t data = chunk->data_page_offset();
        const std::int64_t dictionary = chunk->has_dictionary_page() ? chunk->dictionary_page_offset() : 0;
        const std::int64_t offset = dictionary > 0 && dictionary < data ? dictionary : data;
        const std::int64_t size = chunk->total_compressed_size();
        if (offset < 0 || size < 0 || chunk->num_values() < 0 || row_group->num_rows() < 0 ||
            static_cast<std::uint64_t>(offset) + static_cast<std::uint64_t>(size) > file_size) {
          throw Error(text(path, ": row group ", group, " places column ",
                           footer.columns[static_cast<std::size_t>(wanted[place])].root, " outside the file"));
        }
        footer.chunks[place].push_back({static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(size),
                                        static_cast<std::uint64_t>(chunk->num_values()),
                                        static_cast<int>(chunk->compression())});
      }
    }
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(text(path, ": has a damaged footer (", printable(error.what()), ")"));
  }
  return footer;
}

struct Decompressor::Impl {
  std::unique_ptr<arrow::util::Codec> codec;
};

Decompressor::Decompressor(int codec) : codec_(codec) {
  const auto kind = static_cast<arrow::Compression::type>(codec);
  if (kind == arrow::Compression::UNCOMPRESSED) return;
  auto made = arrow::util::Codec::Create(kind);
  if (!made.ok()) throw Error(text("the compression of a column is not supported (", made.status().ToString(), ")"));
  codec_impl_ = std::make_unique<Impl>(Impl{std::move(*made)});
}

Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;

void Decompressor::decompress(std::span<const std::byte> bytes, std::span<std::byte> out) const {
  const auto size = codec_impl_->codec->Decompress(
      static_cast<std::int64_t>(bytes.size()), reinterpret_cast<const std::uint8_t*>(bytes.data()),
      static_cast<std::int64_t>(out.size()), reinterpret_cast<std::uint8_t*>(out.data()));
  if (!size.ok()) throw Error(text("a page cannot be decompressed (", printable(size.status().ToString()), ")"));
  if (static_cast<std::size_t>(*size) != out.size()) throw Error("a page decompresses to another size than it states");
}

}  // namespace jetvit
