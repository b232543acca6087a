#include "predict/scores_file.h"

#include <optional>

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/io/file.h>
#include <arrow/util/io_util.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

#include "base/commit.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::int64_t kRowsPerGroup = 65536;
constexpr std::string_view kWriting = "be written";

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
  return arrow::schema(fields, arrow::key_value_metadata({"jetvit"}, {provenance.dump()}));
}

}  // namespace

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
  const auto properties = parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->build();
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
  const auto table = arrow::Table::Make(impl_->schema, columns, static_cast<std::int64_t>(scores.size()));
  check(impl_->writer->WriteTable(*table, kRowsPerGroup), path, kWriting);
}

void ScoresWriter::close() {
  check(impl_->writer->Close(), impl_->path, kWriting);
  check(impl_->stream->Close(), impl_->path, kWriting);
  impl_->file.commit();
}

namespace {

std::shared_ptr<arrow::Array> one_chunk(const arrow::Table& table, const std::string& name,
                                        const std::shared_ptr<arrow::DataType>& type,
                                        const std::filesystem::path& path) {
  const auto column = table.GetColumnByName(name);
  if (!column) return nullptr;
  if (column->null_count() > 0) throw Error(text(path, ": column ", printable(name), " holds nulls"));
  const auto chunks = column->length() == 0 ? take(arrow::MakeEmptyArray(column->type()), path)
                                            : take(arrow::Concatenate(column->chunks()), path);
  const auto cast = arrow::compute::Cast(*chunks, type);
  if (!cast.ok()) {
    throw Error(text(path, ": column ", printable(name), " does not hold ", type->ToString(), " values (",
                     printable(cast.status().message()), ")"));
  }
  return *cast;
}

template <class Array, class Value>
std::vector<Value> to_vector(const std::shared_ptr<arrow::Array>& array) {
  const auto& typed = static_cast<const Array&>(*array);
  std::vector<Value> values(static_cast<std::size_t>(typed.length()));
  for (std::size_t row = 0; row < values.size(); ++row) {
    values[row] = static_cast<Value>(typed.GetView(static_cast<std::int64_t>(row)));
  }
  return values;
}

}  // namespace

Scores read_scores(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) throw Error(text(path, ": is a folder, not a Parquet file of scores"));
  auto file = take(arrow::io::ReadableFile::Open(path.native()), path);
  std::shared_ptr<arrow::Table> table;
  try {
    auto reader = take(parquet::arrow::OpenFile(file, arrow::default_memory_pool()), path);
    table = take(reader->ReadTable(), path);
  } catch (const std::exception& error) {
    throw Error(text(path, ": not a readable Parquet file (", printable(error.what()), ")"));
  }
  Scores scores;
  const auto score = one_chunk(*table, "score", arrow::float64(), path);
  const auto label = one_chunk(*table, "label", arrow::uint8(), path);
  if (!score || !label) {
    throw Error(
        text(path, ": has no column ", score ? "label" : "score", " (the columns score and label are measured)"));
  }
  scores.score = to_vector<arrow::DoubleArray, double>(score);
  scores.label = to_vector<arrow::UInt8Array, std::uint8_t>(label);
  scores.weight.assign(scores.size(), 1);
  for (const auto& field : table->schema()->fields()) {
    const std::string& name = field->name();
    if (name == "score" || name == "label") continue;
    if (name == "logit") {
      scores.logit = to_vector<arrow::FloatArray, float>(one_chunk(*table, name, arrow::float32(), path));
    } else if (name == "weight") {
      scores.weight = to_vector<arrow::FloatArray, float>(one_chunk(*table, name, arrow::float32(), path));
    } else if (name == "source_file") {
      scores.source_file = to_vector<arrow::StringArray, std::string>(one_chunk(*table, name, arrow::utf8(), path));
    } else if (name == "split") {
      scores.split = to_vector<arrow::StringArray, std::string>(one_chunk(*table, name, arrow::utf8(), path));
    } else if (name == "source_row") {
      scores.source_row = to_vector<arrow::UInt64Array, std::uint64_t>(one_chunk(*table, name, arrow::uint64(), path));
    } else if (arrow::is_floating(field->type()->id()) || arrow::is_integer(field->type()->id())) {
      scores.observer_names.push_back(name);
      scores.observers.push_back(
          to_vector<arrow::DoubleArray, double>(one_chunk(*table, name, arrow::float64(), path)));
    }
  }
  return scores;
}

}  // namespace jetvit
