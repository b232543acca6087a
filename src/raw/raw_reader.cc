#include "raw/raw_reader.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/ordered_for.h"
#include "base/text.h"
#include "raw/row_group_reader.h"

namespace jetvit {
namespace {

constexpr std::size_t kNamedRows = 1000;
constexpr std::uint64_t kTaskRows = 256;        // rows that a task gathers from small row groups
constexpr std::uint64_t kTaskBytes = 8U << 20;  // and bytes
// Tasks a thread that are made while the caller waits for its disk: 2,000 rows a thread.
constexpr std::size_t kAhead = 8;

struct Task {
  std::vector<RowGroup> groups;
  std::uint64_t first_row = 0;
};

struct Result {
  JetRecords jets;
  std::vector<SkippedRow> skipped;
};

// Gathers the row groups of a footer, in order, into tasks of a few milliseconds.
class Tasks {
 public:
  Tasks(ParquetFooter& footer, const RawSchema& schema) : footer_(footer), wanted_(wanted_columns(schema)) {}

  std::optional<Task> next() {
    Task task{.groups = {}, .first_row = row_};
    std::uint64_t bytes = 0;
    RowGroup group;
    while (row_ - task.first_row < kTaskRows && bytes < kTaskBytes && footer_.next(wanted_, group)) {
      row_ += group.rows;
      bytes += group.chunks[0].size;
      task.groups.push_back(std::move(group));
    }
    if (task.groups.empty()) return std::nullopt;
    return task;
  }

 private:
  ParquetFooter& footer_;
  std::vector<int> wanted_;
  std::uint64_t row_ = 0;
};

}  // namespace

RawReader::RawReader(std::vector<std::filesystem::path> files, RawOptions options)
    : files_(std::move(files)), options_(std::move(options)) {
  if (files_.empty()) throw UsageError("no raw file was named");
  std::set<std::filesystem::path> seen;
  bool first = true;
  for (const std::filesystem::path& file : files_) {
    RawSchema schema = recognise(file, options_.label_column, options_.layout, options_.shape);
    if (!seen.insert(std::filesystem::canonical(file)).second) throw Error(text(file, ": is named twice"));
    if (schema.label < 0 && options_.require_label) {
      throw Error(
          text(file, ": has no label column \"", printable(options_.label_column), "\" (name it with --label-column)"));
    }
    std::vector<std::string> observers = schema.observer_names;
    if (first) {
      schema_ = std::move(schema);
      observer_names_ = std::move(observers);
      first = false;
    } else if (schema.layout != schema_.layout) {
      const auto of = [](const ImageLayout& layout) {
        return text(layout.shape.channels, " x ", layout.shape.height, " x ", layout.shape.width,
                    layout.channels_last ? " with the channels last" : "");
      };
      throw Error(text(file, ": holds images of another shape (", of(schema.layout), ") than ", files_.front(), " (",
                       of(schema_.layout), "; prepare them apart)"));
    } else if (observers != observer_names_) {
      throw Error(text(file, ": has the observers ", join(observers, ", "), ", ", files_.front(), " has ",
                       join(observer_names_, ", ")));
    }
  }
}

RawSummary RawReader::read(const Sink& sink) const {
  return read([](JetRecords&, int) {}, sink);
}

RawSummary RawReader::read(const Work& work, const Sink& sink) const {
  RawSummary summary;
  summary.rows_of_file.resize(files_.size());
  summary.skipped_of_file.resize(files_.size());
  for (std::size_t file = 0; file < files_.size(); ++file) read_file(file, summary, work, sink);
  return summary;
}

void RawReader::read_file(std::size_t file, RawSummary& summary, const Work& work, const Sink& sink) const {
  // Leaf indices may differ from file to file; names and shape agree, as the constructor checked.
  const RawSchema schema = files_.size() == 1 ? schema_
                                              : recognise(files_[file], options_.label_column, options_.layout,
                                                          {shape().channels, shape().height, shape().width});
  const InputFile input(files_[file]);
  ParquetFooter footer(input);
  Tasks tasks(footer, schema);
  const int threads = std::max(1, options_.threads);
  std::vector<std::unique_ptr<RowGroupReader>> readers(static_cast<std::size_t>(threads));
  const auto read_task = [&](const Task& task, int thread) {
    auto& reader = readers[static_cast<std::size_t>(thread)];
    if (!reader) reader = std::make_unique<RowGroupReader>(input, footer.columns(), schema, options_);
    Result result;
    result.jets = reader->read(task.groups, task.first_row, static_cast<std::uint32_t>(file), result.skipped);
    work(result.jets, thread);
    return result;
  };
  const auto pass_on = [&](Result&& result) {
    summary.kept += result.jets.size();
    summary.skipped += result.skipped.size();
    summary.rows += result.jets.size() + result.skipped.size();
    summary.rows_of_file[file] += result.jets.size() + result.skipped.size();
    summary.skipped_of_file[file] += result.skipped.size();
    for (SkippedRow& row : result.skipped) {
      if (summary.named.size() < kNamedRows) summary.named.push_back(std::move(row));
    }
    if (result.jets.size() > 0) sink(std::move(result.jets));
    return true;
  };
  ordered_for(
      threads, kAhead * static_cast<std::size_t>(threads), [&] { return tasks.next(); }, read_task, pass_on);
}

}  // namespace jetvit
