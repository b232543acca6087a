#include "raw/raw_reader.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "raw/row_group_reader.h"

namespace jetvit {
namespace {

constexpr std::size_t kNamedRows = 1000;
constexpr std::uint64_t kTaskRows = 256;        // rows that a task gathers from small row groups
constexpr std::uint64_t kTaskBytes = 8U << 20;  // and bytes

struct Task {
  std::size_t first = 0, last = 0;  // row groups
  std::uint64_t first_row = 0;
};

struct Result {
  JetRecords jets;
  std::vector<SkippedRow> skipped;
};

std::vector<Task> tasks_of(const ParquetFooter& footer) {
  std::vector<Task> tasks;
  std::uint64_t row = 0;
  std::uint64_t bytes = 0;
  for (std::size_t group = 0; group < footer.rows.size(); ++group) {
    const bool full = !tasks.empty() && (row - tasks.back().first_row >= kTaskRows || bytes >= kTaskBytes);
    if (tasks.empty() || full) {
      tasks.push_back({group, group, row});
      bytes = 0;
    }
    tasks.back().last = group + 1;
    row += footer.rows[group];
    bytes += footer.chunks[0][group].size;
  }
  return tasks;
}

// Results of tasks handed over in order; workers stay at most `window` tasks ahead of the consumer.
class OrderedResults {
 public:
  explicit OrderedResults(std::size_t window) : window_(window) {}

  // False where the consumer gave up.
  bool put(std::size_t task, Result&& result) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || task < next_ + window_; });
    if (stopped_) return false;
    ready_.emplace(task, std::move(result));
    changed_.notify_all();
    return true;
  }

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = failure;
    stopped_ = true;
    changed_.notify_all();
  }

  Result take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failure_ || ready_.contains(next_); });
    if (!ready_.contains(next_)) std::rethrow_exception(failure_);
    Result out = std::move(ready_.extract(next_).mapped());
    ++next_;
    changed_.notify_all();
    return out;
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, Result> ready_;
  std::size_t next_ = 0, window_;
  bool stopped_ = false;
  std::exception_ptr failure_;
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

RawSummary RawReader::read(const std::function<void(JetRecords&&)>& sink) const {
  RawSummary summary;
  summary.rows_of_file.resize(files_.size());
  summary.skipped_of_file.resize(files_.size());
  for (std::size_t file = 0; file < files_.size(); ++file) read_file(file, summary, sink);
  return summary;
}

void RawReader::read_file(std::size_t file, RawSummary& summary, const std::function<void(JetRecords&&)>& sink) const {
  // Leaf indices may differ from file to file; names and shape agree, as the constructor checked.
  const RawSchema schema = files_.size() == 1 ? schema_
                                              : recognise(files_[file], options_.label_column, options_.layout,
                                                          {shape().channels, shape().height, shape().width});
  const ParquetFooter footer = read_parquet_footer(files_[file], wanted_columns(schema));
  const InputFile input(files_[file]);
  const std::vector<Task> tasks = tasks_of(footer);
  const int threads = std::max(1, options_.threads);
  OrderedResults results(static_cast<std::size_t>(2 * threads));
  std::jthread workers([&] {
    try {
      std::vector<std::unique_ptr<RowGroupReader>> readers(static_cast<std::size_t>(threads));
      parallel_for(tasks.size(), threads, [&](std::size_t index, int thread) {
        auto& reader = readers[static_cast<std::size_t>(thread)];
        if (!reader) reader = std::make_unique<RowGroupReader>(input, footer, schema, options_);
        Result result;
        const Task& task = tasks[index];
        result.jets =
            reader->read(task.first, task.last, task.first_row, static_cast<std::uint32_t>(file), result.skipped);
        if (!results.put(index, std::move(result))) throw Error("reading was given up");
      });
    } catch (...) {
      results.fail(std::current_exception());
    }
  });
  try {
    for (std::size_t task = 0; task < tasks.size(); ++task) {
      Result result = results.take();
      summary.kept += result.jets.size();
      summary.skipped += result.skipped.size();
      summary.rows += result.jets.size() + result.skipped.size();
      summary.rows_of_file[file] += result.jets.size() + result.skipped.size();
      summary.skipped_of_file[file] += result.skipped.size();
      for (SkippedRow& row : result.skipped) {
        if (summary.named.size() < kNamedRows) summary.named.push_back(std::move(row));
      }
      if (result.jets.size() > 0) sink(std::move(result.jets));
    }
  } catch (...) {
    results.stop();
    throw;
  }
}

}  // namespace jetvit
