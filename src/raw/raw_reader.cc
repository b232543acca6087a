#include "raw/raw_reader.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/ordered_for.h"
#include "base/reporter.h"
#include "base/text.h"
#include "raw/reading_tasks.h"
#include "raw/row_group_reader.h"

namespace jetvit {
namespace {

// Tasks per thread that are decoded while the caller waits for its disk: 2,000 rows per thread.
constexpr std::size_t kAhead = 8;

}  // namespace

RawReader::RawReader(std::vector<std::filesystem::path> files, ReadOptions options)
    : JetReader(std::move(files)), options_(std::move(options)) {
  const std::filesystem::path* layout_file = nullptr;  // the first file with an image
  for (std::size_t index = 0; index < files_.size(); ++index) {
    const std::filesystem::path& file = files_[index];
    const RawSchema schema = recognize(file, options_.label_column, options_.layout, options_.shape);
    // A label column that the user named has to be there, also where no labels are needed.
    if (schema.label < 0 && (options_.require_label || options_.label_column != ReadOptions().label_column)) {
      throw Error(
          text(file, ": has no label column \"", printable(options_.label_column), "\" (name it with `label_column`)"));
    }
    const bool has_image = schema.without_image.empty();
    if (index == 0) schema_ = schema;
    if (has_image && layout_file == nullptr) {
      schema_.layout = schema.layout;
      layout_file = &file;
    } else if (has_image && schema.layout != schema_.layout) {
      const auto of = [](const ImageLayout& one) {
        return text(one.shape.channels, " x ", one.shape.height, " x ", one.shape.width,
                    one.channels_last ? " with the channels last" : "");
      };
      throw Error(text(file, ": holds images of another shape (", of(schema.layout), ") than ", *layout_file, " (",
                       of(schema_.layout), "; prepare them separately)"));
    }
    if (schema.observer_names != schema_.observer_names) {
      throw Error(text(file, ": has the observers ", join(schema.observer_names, ", "), ", but ", files_.front(),
                       " has ", join(schema_.observer_names, ", ")));
    }
  }
  if (layout_file == nullptr) throw Error(schema_.without_image);
  kind_ = schema_.layout.channels_last ? "raw Parquet, flat lists (height, width, channel)"
                                       : "raw Parquet, lists [channel][row][column]";
  shape_ = schema_.layout.shape;
  channels_ = channels_for(shape_.channels);
  observer_names_ = schema_.observer_names;
  has_label_ = schema_.label >= 0;
  class_names_ = class_names_of(options_, shape_.channels);
  if (!schema_.ignored.empty()) {
    reporter().note(
        text(files_.front(), ": left out, as they do not hold plain numbers: ", join(schema_.ignored, ", ")));
  }
}

void RawReader::read_file(std::size_t file, const Work& work, const ChunkSink& sink) const {
  // Leaf indices may differ between files; the constructor checked that names and shapes agree.
  const RawSchema schema = files_.size() == 1 ? schema_
                                              : recognize(files_[file], options_.label_column, options_.layout,
                                                          {shape().channels, shape().height, shape().width});
  const InputFile input(files_[file]);
  ParquetFooter footer(input);
  ReadingTasks tasks(input, footer, schema);
  const int threads = std::max(1, options_.threads);
  std::vector<std::unique_ptr<RowGroupReader>> readers(static_cast<std::size_t>(threads));
  const auto read_task = [&](const ReadingTask& task, int thread) {
    auto& reader = readers[static_cast<std::size_t>(thread)];
    if (!reader) reader = std::make_unique<RowGroupReader>(input, footer.columns(), schema, options_);
    Chunk chunk;
    chunk.jets = reader->read(task, static_cast<std::uint32_t>(file), chunk.skipped);
    work(chunk.jets, thread);
    return chunk;
  };
  ordered_for(
      threads, kAhead * static_cast<std::size_t>(threads), [&] { return tasks.next(); }, read_task,
      [&](Chunk&& chunk) {
        sink(std::move(chunk));
        return true;
      });
}

}  // namespace jetvit
