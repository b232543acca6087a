#include "predict/scores_file.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/util/io_util.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>

#include "base/commit.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::int64_t kRowsPerGroup = 65536;
constexpr std::string_view kWriting = "be written";
constexpr const char* kProvenanceKey = "jetvit";

// what: "be read" or "be written"; the message gives the system's reason, where that is one, in place of Arrow's.
void check(const arrow::Status& status, const std::filesystem::path& path, std::string_view what = "be read") {
  if (status.ok()) return;
  if (const int cause = arrow::internal::ErrnoFromStatus(status)) throw_system_error(path, what, cause);
  throw Error(text(path, ": ", printable(status.message())));
}

template <class Value>
Value take(arrow::Result<Value> result, const std::filesystem::path& path, std::string_view what = "be read") {
  check(result.status(), path, what);
  return std::move(result).ValueUnsafe();
}

// A copy of a column, so that the table outlives the vectors.
template <class Builder, class Value>
std::shared_ptr<arrow::Array> to_array(const std::vector<Value>& values, const std::filesystem::path& path) {
  Builder builder;
  check(builder.AppendValues(values), path);
  return take(builder.Finish(), path);
}

std::shared_ptr<arrow::Schema> schema_of(const ScoresColumns& columns, const Json& provenance) {
  arrow::FieldVector fields = {arrow::field("score", arrow::float64(), false),
                               arrow::field("logit", arrow::float32(), false)};
  if (columns.label) fields.push_back(arrow::field("label", arrow::uint8(), false));
  fields.push_back(arrow::field("weight", arrow::float32(), false));
  for (const std::string& name : columns.observers) fields.push_back(arrow::field(name, arrow::float64(), false));
  fields.push_back(arrow::field("source_file", arrow::utf8(), false));
  fields.push_back(arrow::field("source_row", arrow::uint64(), false));
  if (columns.split) fields.push_back(arrow::field("split", arrow::utf8(), false));
  if (columns.trained_on) fields.push_back(arrow::field("trained_on", arrow::boolean(), false));
  return arrow::schema(fields, arrow::key_value_metadata({kProvenanceKey}, {json_text(provenance)}));
}

}  // namespace

namespace {

// What jetvit wrote into the file about its origin; null in other files.
Json provenance_in(const std::filesystem::path& path) {
  try {
    const auto metadata = parquet::ParquetFileReader::OpenFile(path.string())->metadata()->key_value_metadata();
    if (metadata == nullptr || !metadata->Contains(kProvenanceKey)) return {};
    return Json::parse(take(metadata->Get(kProvenanceKey), path));
  } catch (const parquet::ParquetException&) {
    return {};
  } catch (const Json::exception&) {
    return {};
  }
}

}  // namespace

bool is_scores_file(const std::filesystem::path& path) {
  return !provenance_in(path).is_null();
}

ClassNames class_names_in(const std::filesystem::path& path) {
  const Json provenance = provenance_in(path);
  if (!provenance.is_object() || !provenance.contains("class_names")) return {};
  try {
    return provenance.at("class_names").get<ClassNames>();
  } catch (const Json::exception&) {
    return {};
  }
}

struct ScoresWriter::Impl {
  std::filesystem::path path;
  OutputFile file;
  std::shared_ptr<arrow::Schema> schema;
  std::shared_ptr<arrow::io::FileOutputStream> stream;
  std::unique_ptr<parquet::arrow::FileWriter> writer;
};

ScoresWriter::ScoresWriter(const std::filesystem::path& path, const ScoresColumns& columns, const Json& provenance)
    : impl_(new Impl{path, OutputFile(path), schema_of(columns, provenance), nullptr, nullptr}) {
  impl_->stream = take(arrow::io::FileOutputStream::Open(impl_->file.temporary_path().native()), path, kWriting);
  const auto properties =
      parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->enable_page_checksum()->build();
  const auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  impl_->writer = take(parquet::arrow::FileWriter::Open(*impl_->schema, arrow::default_memory_pool(), impl_->stream,
                                                        properties, arrow_properties),
                       path, kWriting);
}

ScoresWriter::~ScoresWriter() = default;

void ScoresWriter::append(const Scores& scores) {
  const auto& path = impl_->path;
  arrow::ArrayVector columns = {to_array<arrow::DoubleBuilder>(scores.score, path),
                                to_array<arrow::FloatBuilder>(scores.logit, path)};
  if (impl_->schema->GetFieldIndex("label") >= 0) {
    columns.push_back(to_array<arrow::UInt8Builder>(scores.label, path));
  }
  columns.push_back(to_array<arrow::FloatBuilder>(scores.weight, path));
  for (const auto& column : scores.observers) columns.push_back(to_array<arrow::DoubleBuilder>(column, path));
  columns.push_back(to_array<arrow::StringBuilder>(scores.source_file, path));
  columns.push_back(to_array<arrow::UInt64Builder>(scores.source_row, path));
  if (impl_->schema->GetFieldIndex("split") >= 0) {
    columns.push_back(to_array<arrow::StringBuilder>(scores.split, path));
  }
  if (impl_->schema->GetFieldIndex("trained_on") >= 0) {
    columns.push_back(to_array<arrow::BooleanBuilder>(scores.trained_on, path));
  }
  const auto table = arrow::Table::Make(impl_->schema, columns, static_cast<std::int64_t>(scores.size()));
  check(impl_->writer->WriteTable(*table, kRowsPerGroup), path, kWriting);
}

void ScoresWriter::close() {
  check(impl_->writer->Close(), impl_->path, kWriting);
  check(impl_->stream->Close(), impl_->path, kWriting);
  impl_->file.commit();
}

}  // namespace jetvit
