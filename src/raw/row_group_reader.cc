#include "raw/row_group_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "raw/scalar_column.h"

namespace jetvit {
namespace {

// Adjacent row groups are read at once up to this size; larger ones are read column by column.
constexpr std::uint64_t kSpanLimit = 64 << 20;
constexpr std::size_t kChunkWindow = 64 << 10;

}  // namespace

RowGroupReader::RowGroupReader(const InputFile& file, const std::vector<LeafColumn>& columns, const RawSchema& schema,
                               const ReadOptions& options)
    : file_(file),
      schema_(schema),
      options_(options),
      image_(columns[static_cast<std::size_t>(schema.image)], schema.layout) {
  for (const int index : wanted_columns(schema)) columns_.push_back(columns[static_cast<std::size_t>(index)]);
  scalars_.resize(columns_.size() - 1);
}

const Decompressor& RowGroupReader::decompressor(int codec) {
  for (const Decompressor& known : decompressors_) {
    if (known.codec() == codec) return known;
  }
  return decompressors_.emplace_back(codec);
}

void RowGroupReader::read_span(std::span<const RowGroup> groups) {
  std::uint64_t begin = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t end = 0;
  for (const RowGroup& group : groups) {
    for (const ColumnChunk& chunk : group.chunks) {
      begin = std::min(begin, chunk.offset);
      end = std::max(end, chunk.offset + chunk.size);
    }
  }
  bytes_.clear();
  bytes_offset_ = begin;
  if (end <= begin || end - begin > kSpanLimit) return;
  bytes_.resize(end - begin);
  file_.read(begin, bytes_);
}

ChunkBytes RowGroupReader::bytes_of(const ColumnChunk& chunk) const {
  if (bytes_.empty()) return {file_, chunk.offset, chunk.size, kChunkWindow};
  return ChunkBytes(std::span(bytes_).subspan(chunk.offset - bytes_offset_, chunk.size));
}

std::uint8_t RowGroupReader::label_at(std::uint64_t row, double value) const {
  try {
    const std::uint8_t label = label_of(value, options_);
    // A column that the user named as the label holds labels, even where none are needed.
    if (label == kNoLabel && std::isfinite(value) && options_.label_column != ReadOptions().label_column) {
      ReadOptions strict = options_;
      strict.keep_unlabeled = false;
      return label_of(value, strict);
    }
    return label;
  } catch (const Error& error) {
    throw Error(text(file_.path(), ": row ", row, ": ", error.what()));
  }
}

// Why a row with a usable image is skipped; empty if it is not.
std::string RowGroupReader::reason_to_skip(std::size_t row) const {
  if (schema_.label >= 0 && !std::isfinite(scalars_[0].numbers[row]) && !options_.keep_unlabeled) {
    return text("no finite label ", options_.label_column);
  }
  return schema_.weight < 0 ? "" : reason_against_weight(scalars_[weight_place()].numbers[row], options_);
}

// Adds the observers of row `row` of the current rows, which is row `file_row` of the file.
void RowGroupReader::add_observers(std::size_t row, std::uint64_t file_row, JetRecords& jets) const {
  std::size_t integers = 0;
  for (std::size_t observer = 0; observer < jets.observers.size(); ++observer) {
    const ScalarValues& values = scalars_[observer_place() + observer];
    jets.observers[observer].push_back(values.numbers[row]);
    if (schema_.observers[observer].is_integer) {
      jets.integers[integers++].value.push_back(values.integers[row]);
    } else if (!values.integers.empty() && std::abs(values.numbers[row]) > 0x1p53) {
      // Another file holds the observer as another type, so that all are doubles.
      throw Error(text(file_.path(), ": row ", file_row, ": ", schema_.observers[observer].name, " = ",
                       values.numbers[row], " has too many digits for a double, which other files hold (write the ",
                       "column with the same type in all files)"));
    }
  }
}

void RowGroupReader::add_group(const RowGroup& group, std::uint64_t first_row, std::uint32_t file_index,
                               JetRecords& jets, std::vector<SkippedRow>& skipped) {
  if (group.rows == 0) return;  // pyarrow's offsets of empty chunks are invalid
  for (std::size_t column = 1; column < columns_.size(); ++column) {
    const ColumnChunk& chunk = group.chunks[column];
    ScalarColumnReader scalars(bytes_of(chunk), columns_[column], decompressor(chunk.codec), group.rows, buffers_);
    scalars.read(group.rows, scalars_[column - 1]);
    scalars.finish();
  }
  const ColumnChunk& images = group.chunks[0];
  const std::size_t jets_before = jets.images.size();
  PageReader pages(bytes_of(images), columns_[0], decompressor(images.codec), buffers_);
  image_.read(pages, group.rows, jets.images, reasons_);
  add_rows(first_row, file_index, jets_before, jets, skipped);
}

const Dictionary& RowGroupReader::dictionary_of(const LargeRowGroup& group) {
  if (dictionary_group_ == group.group().number) return dictionary_;
  dictionary_group_.reset();
  const ColumnChunk& chunk = group.dictionary();
  PageReader pages(ChunkBytes(file_, chunk.offset, chunk.size, chunk.size), columns_[0],
                   decompressor(group.group().chunks[0].codec), run_buffers_);
  DataPage page;
  pages.next(page);  // reads only the dictionary: no data page follows in these bytes
  dictionary_ = pages.dictionary();
  dictionary_group_ = group.group().number;
  return dictionary_;
}

void RowGroupReader::add_run(const PageRun& run, std::uint32_t file_index, JetRecords& jets,
                             std::vector<SkippedRow>& skipped) {
  LargeRowGroup::Turn turn(run);
  const Dictionary& dictionary = dictionary_of(*run.group);
  PageReader pages(run.group->pages_from(run), columns_[0], decompressor(run.group->group().chunks[0].codec),
                   run_buffers_, dictionary);
  image_.read_run(pages, run.pages, run.number == 0, jets.images, reasons_);
  const std::uint64_t first_row = turn.take_rows(reasons_.size(), scalars_);
  add_rows(first_row, file_index, 0, jets, skipped);
}

// Adds the labels, weights, observers and origins of the images from `jets_before` on. Images of rows without a usable
// label or weight are removed again.
void RowGroupReader::add_rows(std::uint64_t first_row, std::uint32_t file_index, std::size_t jets_before,
                              JetRecords& jets, std::vector<SkippedRow>& skipped) const {
  const bool has_label = schema_.label >= 0;
  const std::uint8_t unlabeled = options_.keep_unlabeled ? kNoLabel : 0;
  std::vector<std::size_t> dropped;
  std::size_t jet = jets_before;
  for (std::size_t row = 0; row < reasons_.size(); ++row) {
    if (reasons_[row] != nullptr) {
      skipped.push_back({file_index, first_row + row, reasons_[row]});
      continue;
    }
    ++jet;
    if (std::string reason = reason_to_skip(row); !reason.empty()) {
      skipped.push_back({file_index, first_row + row, std::move(reason)});
      dropped.push_back(jet - 1);
      continue;
    }
    jets.label.push_back(has_label ? label_at(first_row + row, scalars_[0].numbers[row]) : unlabeled);
    jets.weight.push_back(schema_.weight >= 0 ? static_cast<float>(scalars_[weight_place()].numbers[row]) : 1);
    add_observers(row, first_row + row, jets);
    jets.source_file.push_back(file_index);
    jets.source_row.push_back(first_row + row);
  }
  if (!dropped.empty()) {
    JetRecords images_only;
    images_only.images = std::move(jets.images);
    std::vector<std::size_t> kept;
    for (std::size_t index = 0; index < images_only.images.size(); ++index) {
      if (!std::binary_search(dropped.begin(), dropped.end(), index)) kept.push_back(index);
    }
    images_only.label.resize(images_only.images.size());
    images_only.weight.resize(images_only.images.size());
    images_only.source_file.resize(images_only.images.size());
    images_only.source_row.resize(images_only.images.size());
    jets.images = images_only.select(kept).images;
  }
}

JetRecords RowGroupReader::read(const ReadingTask& task, std::uint32_t file_index, std::vector<SkippedRow>& skipped) {
  JetRecords jets;
  jets.images.shape = schema_.layout.shape;
  jets.observers.resize(schema_.observers.size());
  for (std::size_t place = 0; place < schema_.observers.size(); ++place) {
    const ObserverColumn& observer = schema_.observers[place];
    jets.observer_names.push_back(observer.name);
    if (observer.is_integer) jets.integers.push_back({place, observer.is_unsigned, {}});
  }
  std::uint64_t first_row = task.first_row;
  std::uint64_t number = 0;
  try {
    if (task.run) {
      number = task.run->group->group().number;
      add_run(*task.run, file_index, jets, skipped);
    } else {
      number = task.groups.front().number;
      read_span(task.groups);
    }
    for (const RowGroup& group : task.groups) {
      number = group.number;
      add_group(group, first_row, file_index, jets, skipped);
      first_row += group.rows;
    }
  } catch (const Error& error) {
    const std::string what = error.what();
    if (what.starts_with(file_.path().string())) throw;
    throw Error(text(file_.path(), ": row group ", number, ": ", what));
  }
  return jets;
}

}  // namespace jetvit
