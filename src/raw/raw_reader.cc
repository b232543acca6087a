#include "raw/raw_reader.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
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
  std::set<std::string> announced;
  for (std::size_t index = 0; index < files_.size(); ++index) {
    const std::filesystem::path& file = files_[index];
    const RawSchema schema = recognize(file, options_);
    check_label(file, schema);
    const bool has_image = schema.without_image.empty();
    if (index == 0) schema_ = schema;
    const bool has_label = schema.label >= 0;
    if (has_label != (schema_.label >= 0) && !options_.keep_unlabeled) {
      throw Error(text(has_label ? files_.front() : file, ": has no label column \"", printable(options_.label_column),
                       "\", but ", has_label ? file : files_.front(), " has one (read them separately)"));
    }
    has_label_ = has_label || (index > 0 && has_label_);
    if (has_image && layout_file == nullptr) {
      schema_.layout = schema.layout;
      layout_file = &file;
      if (!schema.guess.empty()) reporter().note(schema.guess);
    } else if (has_image && schema.layout != schema_.layout) {
      throw Error(text(file, ": holds images of another shape (", layout_text(schema.layout), ") than ", *layout_file,
                       " (", layout_text(schema_.layout), "; prepare them separately)"));
    }
    adopt_observers(file, schema);
    if (schema.has_unused_weight && announced.insert("weight").second) report_unused_weight(file);
    std::vector<std::string> ignored = schema.ignored;
    std::erase_if(ignored, [&](const std::string& column) { return !announced.insert(column).second; });
    if (!ignored.empty()) {
      reporter().note(text(file, ": left out, as they do not hold plain numbers: ", join(ignored, ", ")));
    }
  }
  if (layout_file == nullptr) throw Error(schema_.without_image);
  const std::string& order = schema_.layout.order;
  kind_ = order == "chw"   ? "raw Parquet, images (channel, height, width)"
          : order == "hwc" ? "raw Parquet, images (height, width, channel)"
                           : "raw Parquet, images in the order " + order;
  shape_ = schema_.layout.shape;
  channels_ = channels_for(shape_.channels);
  class_names_ = class_names_of(options_, shape_.channels);
  if (has_label_) label_column_ = options_.label_column;
  weight_column_ = options_.weight_column;
  for (const ObserverColumn& observer : schema_.observers) observer_names_.push_back(observer.name);
}

void RawReader::check_label(const std::filesystem::path& file, const RawSchema& schema) const {
  if (schema.label >= 0) return;
  // A label column that the user named has to be there, also where no labels are needed.
  const bool is_needed = options_.require_label || options_.label_column != ReadOptions().label_column;
  if (!is_needed) return;
  if (!schema.unusable_label.empty()) throw Error(text(file, ": ", schema.unusable_label));
  throw Error(
      text(file, ": has no label column \"", printable(options_.label_column), "\" (name it with `label_column`)"));
}

// All files have the same observers. One that holds integers of another type in another file is read as doubles.
void RawReader::adopt_observers(const std::filesystem::path& file, const RawSchema& schema) {
  const auto names = [](const RawSchema& of) {
    std::vector<std::string> words;
    for (const ObserverColumn& observer : of.observers) words.push_back(observer.name);
    return words;
  };
  if (names(schema) != names(schema_)) {
    throw Error(text(file, ": has the observers ", join(names(schema), ", "), ", but ", files_.front(), " has ",
                     join(names(schema_), ", ")));
  }
  for (std::size_t place = 0; place < schema.observers.size(); ++place) {
    ObserverColumn& all = schema_.observers[place];
    const ObserverColumn& one = schema.observers[place];
    all.is_integer = all.is_integer && one.is_integer && all.is_unsigned == one.is_unsigned;
  }
}

void RawReader::read_file(std::size_t file, const IsOwn& is_own, const Work& work, const ChunkSink& sink) const {
  // Leaf indices may differ between files; the constructor checked that names and shapes agree.
  RawSchema schema = files_.size() == 1 ? schema_ : recognize_columns(files_[file], options_);
  schema.layout = schema_.layout;
  for (std::size_t place = 0; place < schema.observers.size(); ++place) {
    schema.observers[place].is_integer = schema_.observers.at(place).is_integer;
  }
  const InputFile input(files_[file]);
  ParquetFooter footer(input);
  ReadingTasks tasks(input, footer, schema);
  const int threads = std::max(1, options_.threads);
  std::vector<std::unique_ptr<RowGroupReader>> readers(static_cast<std::size_t>(threads));
  struct OwnTask {
    ReadingTask task;
    bool is_own = true;
  };
  // The rows of a run are known once those before it are decoded: all are, and the others' thrown away.
  const auto next = [&]() -> std::optional<OwnTask> {
    while (std::optional<ReadingTask> task = tasks.next()) {
      const bool own = is_own();
      if (own || task->run) return OwnTask{std::move(*task), own};
    }
    return std::nullopt;
  };
  const auto read_task = [&](const OwnTask& own, int thread) -> std::optional<Chunk> {
    auto& reader = readers[static_cast<std::size_t>(thread)];
    if (!reader) reader = std::make_unique<RowGroupReader>(input, footer.columns(), schema, options_);
    Chunk chunk;
    chunk.jets = reader->read(own.task, static_cast<std::uint32_t>(file), chunk.skipped);
    if (!own.is_own) return std::nullopt;
    work(chunk.jets, thread);
    return chunk;
  };
  ordered_for(threads, kAhead * static_cast<std::size_t>(threads), next, read_task, [&](std::optional<Chunk>&& chunk) {
    if (chunk) sink(std::move(*chunk));
    return true;
  });
}

}  // namespace jetvit
