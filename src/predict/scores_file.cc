#include "predict/scores_file.h"

#include <cmath>

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

// The same with a null for each value that `is_null` is true for.
template <class Builder, class Value, class IsNull>
std::shared_ptr<arrow::Array> to_nullable_array(const std::vector<Value>& values, const std::filesystem::path& path,
                                                IsNull is_null) {
  Builder builder;
  for (std::size_t index = 0; index < values.size(); ++index) {
    check(is_null(index) ? builder.AppendNull()
                         : builder.Append(static_cast<typename Builder::value_type>(values[index])),
          path);
  }
  return take(builder.Finish(), path);
}

std::shared_ptr<arrow::Schema> schema_of(const ScoresColumns& columns, const std::vector<IntegerColumn>& integers,
                                         const Json& provenance) {
  arrow::FieldVector fields = {arrow::field("score", arrow::float64(), false),
                               arrow::field("logit", arrow::float32(), false)};
  if (columns.label) fields.push_back(arrow::field("label", arrow::uint8(), true));
  fields.push_back(arrow::field("weight", arrow::float32(), false));
  const std::size_t first = fields.size();
  for (const std::string& name : columns.observers) fields.push_back(arrow::field(name, arrow::float64(), false));
  for (const IntegerColumn& column : integers) {
    auto& field = fields.at(first + column.observer);
    field = arrow::field(field->name(), column.is_unsigned ? arrow::uint64() : arrow::int64(), true);
  }
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
  ScoresColumns columns;
  Json provenance;
  OutputFile file;
  std::shared_ptr<arrow::Schema> schema;
  std::shared_ptr<arrow::io::FileOutputStream> stream;
  std::unique_ptr<parquet::arrow::FileWriter> writer;

  // Writes the schema, unless that was done.
  void begin(const std::vector<IntegerColumn>& integers) {
    if (writer) return;
    schema = schema_of(columns, integers, provenance);
    const auto properties =
        parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->enable_page_checksum()->build();
    const auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    writer = take(
        parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), stream, properties, arrow_properties),
        path, kWriting);
  }
};

ScoresWriter::ScoresWriter(const std::filesystem::path& path, const ScoresColumns& columns, const Json& provenance)
    : impl_(new Impl{path, columns, provenance, OutputFile(path), nullptr, nullptr, nullptr}) {
  impl_->stream = take(arrow::io::FileOutputStream::Open(impl_->file.temporary_path().native()), path, kWriting);
}

ScoresWriter::~ScoresWriter() = default;

void ScoresWriter::append(const Scores& scores) {
  impl_->begin(scores.integers);
  const auto& path = impl_->path;
  arrow::ArrayVector columns = {to_array<arrow::DoubleBuilder>(scores.score, path),
                                to_array<arrow::FloatBuilder>(scores.logit, path)};
  if (impl_->columns.label) {
    columns.push_back(to_nullable_array<arrow::UInt8Builder>(
        scores.label, path, [&](std::size_t jet) { return scores.label[jet] == kNoLabel; }));
  }
  columns.push_back(to_array<arrow::FloatBuilder>(scores.weight, path));
  auto integers = scores.integers.begin();
  for (std::size_t observer = 0; observer < scores.observers.size(); ++observer) {
    const std::vector<double>& numbers = scores.observers[observer];
    if (integers == scores.integers.end() || integers->observer != observer) {
      columns.push_back(to_array<arrow::DoubleBuilder>(numbers, path));
      continue;
    }
    const IntegerColumn& column = *integers++;
    const auto is_null = [&](std::size_t jet) { return std::isnan(numbers[jet]); };
    columns.push_back(column.is_unsigned ? to_nullable_array<arrow::UInt64Builder>(column.value, path, is_null)
                                         : to_nullable_array<arrow::Int64Builder>(column.value, path, is_null));
  }
  columns.push_back(to_array<arrow::StringBuilder>(scores.source_file, path));
  columns.push_back(to_array<arrow::UInt64Builder>(scores.source_row, path));
  if (impl_->columns.split) columns.push_back(to_array<arrow::StringBuilder>(scores.split, path));
  if (impl_->columns.trained_on) columns.push_back(to_array<arrow::BooleanBuilder>(scores.trained_on, path));
  const auto table = arrow::Table::Make(impl_->schema, columns, static_cast<std::int64_t>(scores.size()));
  check(impl_->writer->WriteTable(*table, kRowsPerGroup), path, kWriting);
}

void ScoresWriter::close() {
  impl_->begin({});
  check(impl_->writer->Close(), impl_->path, kWriting);
  check(impl_->stream->Close(), impl_->path, kWriting);
  impl_->file.commit();
}

}  // namespace jetvit
