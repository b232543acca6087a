#include "raw/raw_writer.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

#include "base/commit.h"
#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

using Schema = RawLayout::Schema;

constexpr const char* kCreator = "jetvit-generate";

void check(const arrow::Status& status, const std::filesystem::path& path) {
  if (!status.ok()) throw Error(text(path, ": cannot be written (", status.ToString(), ")"));
}

std::shared_ptr<arrow::Schema> arrow_schema(Schema schema) {
  const auto& number = arrow::float64();
  if (schema == Schema::boosted_top) {
    return arrow::schema({arrow::field("X_jets", arrow::list(number)), arrow::field("y", number),
                          arrow::field("m0", number), arrow::field("pt", number)});
  }
  return arrow::schema({arrow::field("X_jets", arrow::list(arrow::list(arrow::list(number)))),
                        arrow::field("pt", number), arrow::field("m0", number), arrow::field("y", number)});
}

std::shared_ptr<parquet::WriterProperties> properties(const RawLayout& layout) {
  parquet::WriterProperties::Builder builder;
  builder.compression(layout.snappy ? parquet::Compression::SNAPPY : parquet::Compression::ZSTD);
  if (!layout.snappy) builder.compression_level(9);
  builder.enable_page_checksum();
  builder.created_by(kCreator);
  builder.max_row_group_length(static_cast<std::int64_t>(layout.rows_per_group));
  return builder.build();
}

// Appends the dense image of one jet, with the channels first or last.
void append_dense(const SparseImages& images, std::size_t jet, bool channel_last, std::vector<double>& out) {
  const auto channels = static_cast<std::size_t>(images.shape.channels);
  const auto pixels = static_cast<std::size_t>(images.shape.pixels());
  const std::size_t start = out.size();
  out.resize(start + channels * pixels, 0.0);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const SparseChannel sparse = images.channel(jet, static_cast<int>(channel));
    for (std::size_t entry = 0; entry < sparse.pixel.size(); ++entry) {
      const std::size_t pixel = sparse.pixel[entry];
      const std::size_t index = channel_last ? pixel * channels + channel : channel * pixels + pixel;
      out[start + index] = static_cast<double>(sparse.value[entry]);
    }
  }
}

std::shared_ptr<arrow::Array> numbers(std::vector<double> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return std::make_shared<arrow::DoubleArray>(count, arrow::Buffer::FromVector(std::move(values)));
}

// Divides the values into lists of `length` values each.
std::shared_ptr<arrow::Array> lists(const std::shared_ptr<arrow::Array>& values, std::int64_t length) {
  const std::int64_t count = values->length() / length;
  std::vector<std::int32_t> offsets(static_cast<std::size_t>(count) + 1);
  for (std::size_t list = 0; list < offsets.size(); ++list) {
    offsets[list] = static_cast<std::int32_t>(static_cast<std::int64_t>(list) * length);
  }
  return std::make_shared<arrow::ListArray>(arrow::list(values->type()), count,
                                            arrow::Buffer::FromVector(std::move(offsets)), values);
}

std::shared_ptr<arrow::Table> make_table(const JetRecords& records, Schema schema) {
  const ImageShape& shape = records.images.shape;
  const bool top = schema == Schema::boosted_top;
  std::vector<double> dense;
  for (std::size_t jet = 0; jet < records.size(); ++jet) append_dense(records.images, jet, top, dense);
  auto images = numbers(std::move(dense));
  if (top) {
    images = lists(images, shape.values());
  } else {
    images = lists(lists(lists(images, shape.width), shape.height), shape.channels);
  }
  const auto label = numbers(std::vector<double>(records.label.begin(), records.label.end()));
  const auto pt = numbers(records.observer("pt"));
  const auto mass = numbers(records.observer("m0"));
  return top ? arrow::Table::Make(arrow_schema(schema), {images, label, mass, pt})
             : arrow::Table::Make(arrow_schema(schema), {images, pt, mass, label});
}

}  // namespace

bool is_generated_file(const std::filesystem::path& path) {
  try {
    return parquet::ParquetFileReader::OpenFile(path.string())->metadata()->created_by() == kCreator;
  } catch (const parquet::ParquetException&) {
    return false;
  }
}

struct RawWriter::State {
  std::filesystem::path path;
  RawLayout layout;
  OutputFile file;
  std::shared_ptr<arrow::io::FileOutputStream> stream;
  std::unique_ptr<parquet::arrow::FileWriter> writer;

  State(const std::filesystem::path& where, const RawLayout& how) : path(where), layout(how), file(where) {}

  void write(const JetRecords& records) {
    const auto table = make_table(records, layout.schema);
    check(writer->WriteTable(*table, static_cast<std::int64_t>(layout.rows_per_group)), path);
  }
};

RawWriter::RawWriter(const std::filesystem::path& path, const RawLayout& layout)
    : state_(std::make_unique<State>(path, layout)) {
  auto stream = arrow::io::FileOutputStream::Open(state_->file.temporary_path().string());
  check(stream.status(), path);
  state_->stream = *stream;
  // The published files name the elements of a list "item"; newer writers use "element".
  const auto arrow_properties = parquet::ArrowWriterProperties::Builder().disable_compliant_nested_types()->build();
  auto writer = parquet::arrow::FileWriter::Open(*arrow_schema(layout.schema), arrow::default_memory_pool(),
                                                 state_->stream, properties(layout), arrow_properties);
  check(writer.status(), path);
  state_->writer = std::move(*writer);
}

RawWriter::~RawWriter() = default;

void RawWriter::append(const JetRecords& records) {
  // Groups of 256 dense top jets are 256 MB: slices bound the memory.
  const std::size_t slice = std::max<std::size_t>(state_->layout.rows_per_group, 64);
  for (std::size_t begin = 0; begin < records.size(); begin += slice) {
    std::vector<std::size_t> jets(std::min(slice, records.size() - begin));
    std::iota(jets.begin(), jets.end(), begin);
    state_->write(records.select(jets));
  }
}

void RawWriter::close() {
  check(state_->writer->Close(), state_->path);
  check(state_->stream->Close(), state_->path);
  state_->file.commit();
}

}  // namespace jetvit
