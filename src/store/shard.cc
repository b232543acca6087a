#include "store/shard.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <type_traits>
#include <utility>

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/io/interfaces.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::int64_t kPool = 256 << 20;
constexpr int kIdentityBytes = sizeof(JetIdentity);

void check(const arrow::Status& status) {
  if (!status.ok()) throw Error(text("Arrow: ", printable(status.ToString())));
}

template <class Value>
Value check(arrow::Result<Value> result) {
  check(result.status());
  return std::move(*result);
}

template <class Array>
std::shared_ptr<Array> typed(const std::shared_ptr<arrow::RecordBatch>& batch, const std::string& name) {
  auto array = std::dynamic_pointer_cast<Array>(batch->GetColumnByName(name));
  if (!array || array->null_count() != 0)
    throw Error(text("column ", name, " is missing, of another type or has nulls"));
  return array;
}

template <class Array, class Value>
void read_column(const std::shared_ptr<arrow::RecordBatch>& batch, const std::string& name, std::vector<Value>& out) {
  const auto array = typed<Array>(batch, name);
  out.insert(out.end(), array->raw_values(), array->raw_values() + array->length());
}

// Stores of earlier versions have no identities.
void read_identities(const std::shared_ptr<arrow::RecordBatch>& batch, std::vector<JetIdentity>& out) {
  if (!batch->schema()->GetFieldByName("identity")) return;
  const auto array = typed<arrow::FixedSizeBinaryArray>(batch, "identity");
  if (array->byte_width() != kIdentityBytes) throw Error("its column identity is of another type");
  const std::size_t before = out.size();
  out.resize(before + static_cast<std::size_t>(array->length()));
  std::memcpy(out.data() + before, array->raw_values(), static_cast<std::size_t>(array->length()) * kIdentityBytes);
}

template <class Value>
std::shared_ptr<arrow::Buffer> view(const std::vector<Value>& values) {
  return arrow::Buffer::Wrap(values.data(), values.size());
}

template <class Value>
std::shared_ptr<arrow::Array> column(const std::shared_ptr<arrow::DataType>& type, const std::vector<Value>& values) {
  return arrow::MakeArray(
      arrow::ArrayData::Make(type, static_cast<std::int64_t>(values.size()), {nullptr, view(values)}, 0));
}

// Integers, null where the same values as doubles are NaN.
std::shared_ptr<arrow::Array> integer_array(const std::shared_ptr<arrow::DataType>& type,
                                            const std::vector<std::int64_t>& values,
                                            const std::vector<double>& numbers) {
  arrow::TypedBufferBuilder<bool> known;
  for (const double number : numbers) check(known.Append(!std::isnan(number)));
  const std::int64_t nulls = known.false_count();
  const auto bits = check(known.Finish());
  return arrow::MakeArray(arrow::ArrayData::Make(type, static_cast<std::int64_t>(values.size()),
                                                 {nulls > 0 ? bits : nullptr, view(values)}, nulls));
}

// One list per jet with all its pixels.
template <class Value>
std::shared_ptr<arrow::Array> lists(const std::shared_ptr<arrow::DataType>& type,
                                    const std::vector<std::int32_t>& offsets, const std::vector<Value>& values) {
  const auto items = column(type, values)->data();
  return arrow::MakeArray(arrow::ArrayData::Make(arrow::list(type), static_cast<std::int64_t>(offsets.size()) - 1,
                                                 {nullptr, view(offsets)}, {items}, 0));
}

template <class Array>
void read_integers(const Array& array, std::size_t observer, JetRecords& jets) {
  constexpr bool kUnsigned = std::is_same_v<Array, arrow::UInt64Array>;
  auto found = std::find_if(jets.integers.begin(), jets.integers.end(),
                            [&](const IntegerColumn& column) { return column.observer == observer; });
  if (found == jets.integers.end()) {
    if (!jets.observers[observer].empty()) throw Error("an observer changes its type");
    found = jets.integers.insert(found, {observer, kUnsigned, {}});
  }
  if (found->is_unsigned != kUnsigned) throw Error("an observer changes its type");
  for (std::int64_t jet = 0; jet < array.length(); ++jet) {
    const bool is_null = array.IsNull(jet);
    found->value.push_back(is_null ? 0 : static_cast<std::int64_t>(array.Value(jet)));
    jets.observers[observer].push_back(is_null ? std::numeric_limits<double>::quiet_NaN()
                                               : static_cast<double>(array.Value(jet)));
  }
}

// Observers are doubles, or integers with nulls.
void read_observer(const std::shared_ptr<arrow::RecordBatch>& batch, std::size_t observer, JetRecords& jets) {
  const auto array = batch->GetColumnByName(jets.observer_names[observer]);
  if (const auto* integers = dynamic_cast<const arrow::Int64Array*>(array.get())) {
    return read_integers(*integers, observer, jets);
  }
  if (const auto* integers = dynamic_cast<const arrow::UInt64Array*>(array.get())) {
    return read_integers(*integers, observer, jets);
  }
  if (jets.integers_of(observer) != nullptr) throw Error("an observer changes its type");
  read_column<arrow::DoubleArray>(batch, jets.observer_names[observer], jets.observers[observer]);
}

// bytes: of the file, in which the batch lies. places: see decode_shard().
void read_images(const std::shared_ptr<arrow::RecordBatch>& batch, std::span<const std::byte> bytes,
                 ImagePlaces* places, SparseImages& images) {
  const auto counts = typed<arrow::FixedSizeListArray>(batch, "counts");
  const auto pixels = typed<arrow::ListArray>(batch, "pixel");
  const auto values = typed<arrow::ListArray>(batch, "value");
  const auto count_items = std::dynamic_pointer_cast<arrow::UInt32Array>(counts->values());
  const auto pixel_items = std::dynamic_pointer_cast<arrow::UInt16Array>(pixels->values());
  const auto value_items = std::dynamic_pointer_cast<arrow::FloatArray>(values->values());
  const int channels = images.shape.channels;
  if (!count_items || !pixel_items || !value_items || counts->value_length() != channels) {
    throw Error("its columns counts, pixel or value are of another type");
  }
  const std::int64_t limit = images.shape.pixels();
  for (std::int64_t jet = 0; jet < batch->num_rows(); ++jet) {
    std::uint64_t total = 0;
    for (int channel = 0; channel < channels; ++channel) {
      const std::uint32_t count = count_items->Value(jet * channels + channel);
      if (count > limit) throw Error(text("jet ", jet, " has more pixels than the image"));
      total += count;
      if (places != nullptr) {
        places->counts.push_back(count);
      } else {
        images.offset.push_back(images.offset.back() + count);
      }
    }
    if (total != static_cast<std::uint64_t>(pixels->value_length(jet)) ||
        total != static_cast<std::uint64_t>(values->value_length(jet))) {
      throw Error(text("jet ", jet, " has counts that differ from its pixels"));
    }
    const std::uint16_t* pixel = pixel_items->raw_values() + pixels->value_offset(jet);
    const float* value = value_items->raw_values() + values->value_offset(jet);
    check_pixels({pixel, total}, {value, total}, images.shape, jet);
    if (places != nullptr) {
      const auto place_of = [&](const void* data) {
        const auto place = static_cast<std::uint64_t>(static_cast<const std::byte*>(data) - bytes.data());
        if (total > 0 && place >= bytes.size()) throw Error("its images are compressed");
        return place;
      };
      places->pixel.push_back(place_of(pixel));
      places->value.push_back(place_of(value));
      continue;
    }
    images.pixel.insert(images.pixel.end(), pixel, pixel + total);
    images.value.insert(images.value.end(), value, value + total);
  }
}

}  // namespace

void check_pixels(std::span<const std::uint16_t> pixel, std::span<const float> value, const ImageShape& shape,
                  std::int64_t jet) {
  // Zeros are not stored, and code that loads jets relies on finite values.
  if (std::any_of(value.begin(), value.end(), [](float x) { return !std::isfinite(x); })) {
    throw Error(text("jet ", jet, " has a pixel that is not finite"));
  }
  const std::int64_t limit = shape.pixels();
  if (std::any_of(pixel.begin(), pixel.end(), [&](std::uint16_t index) { return index >= limit; })) {
    throw Error(text("jet ", jet, " has a pixel outside the image"));
  }
}

// Passes Arrow's output to the sink. Exceptions must not pass through Arrow: one from the sink is stored in failure().
class ShardWriter::SinkStream : public arrow::io::OutputStream {
 public:
  explicit SinkStream(std::function<void(std::span<const std::byte>)> sink) : sink_(std::move(sink)) {}

  std::exception_ptr failure() const { return failure_; }

  arrow::Status Write(const void* bytes, std::int64_t size) override {
    try {
      sink_({static_cast<const std::byte*>(bytes), static_cast<std::size_t>(size)});
    } catch (...) {
      failure_ = std::current_exception();
      return arrow::Status::IOError("not written");
    }
    written_ += size;
    return arrow::Status::OK();
  }
  using arrow::io::OutputStream::Write;
  arrow::Result<std::int64_t> Tell() const override { return written_; }
  arrow::Status Close() override { return arrow::Status::OK(); }
  bool closed() const override { return false; }

 private:
  std::function<void(std::span<const std::byte>)> sink_;
  std::int64_t written_ = 0;
  std::exception_ptr failure_;
};

class ShardWriter::File {
 public:
  explicit File(std::function<void(std::span<const std::byte>)> sink)
      : stream_(std::make_shared<SinkStream>(std::move(sink))) {}

  void add(const JetRecords& jets) {
    const std::shared_ptr<arrow::RecordBatch> batch = view_of(jets);
    if (!writer_) writer_ = check(arrow::ipc::MakeFileWriter(stream_, batch->schema()));
    check_written(writer_->WriteRecordBatch(*batch));
  }

  void close() { check_written(writer_->Close()); }

 private:
  void check_written(const arrow::Status& status) const {
    if (stream_->failure()) std::rethrow_exception(stream_->failure());
    check(status);
  }

  // The columns of the records, without copying them.
  std::shared_ptr<arrow::RecordBatch> view_of(const JetRecords& jets) {
    const int channels = jets.images.shape.channels;
    if (jets.images.pixel.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
      throw Error(text(jets.size(), " jets have too many pixels for a shard (", jets.images.pixel.size(),
                       "; write the raw file with smaller row groups)"));
    }
    counts_.clear();
    offsets_ = {0};
    for (std::size_t row = 1; row < jets.images.offset.size(); ++row) {
      counts_.push_back(static_cast<std::uint32_t>(jets.images.offset[row] - jets.images.offset[row - 1]));
      if (row % static_cast<std::size_t>(channels) == 0)
        offsets_.push_back(static_cast<std::int32_t>(jets.images.offset[row]));
    }
    std::vector<std::shared_ptr<arrow::Field>> fields;
    std::vector<std::shared_ptr<arrow::Array>> columns;
    const auto add = [&](const std::string& name, const std::shared_ptr<arrow::Array>& array) {
      fields.push_back(arrow::field(name, array->type(), /*nullable=*/false));
      columns.push_back(array);
    };
    add("label", column(arrow::uint8(), jets.label));
    add("weight", column(arrow::float32(), jets.weight));
    for (std::size_t observer = 0; observer < jets.observers.size(); ++observer) {
      const IntegerColumn* integers = jets.integers_of(observer);
      if (integers == nullptr) {
        add(jets.observer_names[observer], column(arrow::float64(), jets.observers[observer]));
        continue;
      }
      const auto& type = integers->is_unsigned ? arrow::uint64() : arrow::int64();
      fields.push_back(arrow::field(jets.observer_names[observer], type, /*nullable=*/true));
      columns.push_back(integer_array(type, integers->value, jets.observers[observer]));
    }
    add("source_file", column(arrow::uint32(), jets.source_file));
    add("source_row", column(arrow::uint64(), jets.source_row));
    if (!jets.identity.empty()) add("identity", column(arrow::fixed_size_binary(kIdentityBytes), jets.identity));
    const auto count_items = column(arrow::uint32(), counts_);
    add("counts", check(arrow::FixedSizeListArray::FromArrays(count_items, channels)));
    add("pixel", lists(arrow::uint16(), offsets_, jets.images.pixel));
    add("value", lists(arrow::float32(), offsets_, jets.images.value));
    return arrow::RecordBatch::Make(arrow::schema(fields), static_cast<std::int64_t>(jets.size()), columns);
  }

  std::shared_ptr<SinkStream> stream_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
  std::vector<std::uint32_t> counts_;  // of the current batch
  std::vector<std::int32_t> offsets_;  // of the current batch
};

ShardWriter::ShardWriter(std::function<void(std::span<const std::byte>)> sink)
    : file_(std::make_unique<File>(std::move(sink))) {}

ShardWriter::~ShardWriter() = default;

void ShardWriter::add(const JetRecords& jets) {
  file_->add(jets);
}

void ShardWriter::close() {
  file_->close();
}

JetRecords decode_shard(std::span<const std::byte> bytes, const ImageShape& shape,
                        const std::vector<std::string>& observer_names, const std::string& where, ImagePlaces* places) {
  JetRecords jets;
  jets.images.shape = shape;
  jets.observer_names = observer_names;
  jets.observers.resize(observer_names.size());
  const std::size_t most_pixels = places == nullptr ? bytes.size() / (sizeof(std::uint16_t) + sizeof(float)) : 0;
  jets.images.pixel.reserve(most_pixels);
  jets.images.value.reserve(most_pixels);
  try {
    const auto buffer = arrow::Buffer::Wrap(bytes.data(), bytes.size());
    // Shards are not compressed and are read without copying, so a request for much memory means damage.
    arrow::CappedMemoryPool pool(arrow::default_memory_pool(), arrow::default_memory_pool()->bytes_allocated() + kPool);
    arrow::ipc::IpcReadOptions options = arrow::ipc::IpcReadOptions::Defaults();
    options.memory_pool = &pool;
    options.use_threads = false;
    const auto reader =
        check(arrow::ipc::RecordBatchFileReader::Open(std::make_shared<arrow::io::BufferReader>(buffer), options));
    for (int index = 0; index < reader->num_record_batches(); ++index) {
      const auto batch = check(reader->ReadRecordBatch(index));
      check(batch->ValidateFull());
      read_column<arrow::UInt8Array>(batch, "label", jets.label);
      if (std::any_of(jets.label.begin(), jets.label.end(), [](std::uint8_t label) { return label > 1; })) {
        throw Error("a label is not 0 or 1");
      }
      read_column<arrow::FloatArray>(batch, "weight", jets.weight);
      for (std::size_t observer = 0; observer < observer_names.size(); ++observer) {
        read_observer(batch, observer, jets);
      }
      read_column<arrow::UInt32Array>(batch, "source_file", jets.source_file);
      read_column<arrow::UInt64Array>(batch, "source_row", jets.source_row);
      read_identities(batch, jets.identity);
      read_images(batch, bytes, places, jets.images);
    }
    if (!jets.identity.empty() && jets.identity.size() != jets.size()) throw Error("only some jets have an identity");
  } catch (const Error& error) {
    throw Error(text(where, ": is not a shard of this store (", error.what(), ")"));
  }
  return jets;
}

JetOrigins read_origins(const std::filesystem::path& store, const ShardEntry& shard) try {
  const auto file = check(arrow::io::ReadableFile::Open((store / shard.file).string()));
  const auto schema = check(arrow::ipc::RecordBatchFileReader::Open(file))->schema();
  JetOrigins origins;
  if (schema->GetFieldIndex("identity") < 0) return origins;
  arrow::ipc::IpcReadOptions options = arrow::ipc::IpcReadOptions::Defaults();
  options.use_threads = false;
  for (const char* name : {"source_file", "source_row", "identity"}) {
    options.included_fields.push_back(schema->GetFieldIndex(name));
  }
  const auto reader = check(arrow::ipc::RecordBatchFileReader::Open(file, options));
  for (int index = 0; index < reader->num_record_batches(); ++index) {
    const auto batch = check(reader->ReadRecordBatch(index));
    check(batch->ValidateFull());
    read_column<arrow::UInt32Array>(batch, "source_file", origins.source_file);
    read_column<arrow::UInt64Array>(batch, "source_row", origins.source_row);
    read_identities(batch, origins.identity);
  }
  return origins;
} catch (const Error& error) {
  throw Error(text(store / shard.file, ": is not a shard of this store (", error.what(), ")"));
}

}  // namespace jetvit
