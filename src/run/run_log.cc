#include "run/run_log.h"

#include <sstream>

#include "base/commit.h"
#include "base/file.h"
#include "base/text.h"
#include "run/event_file.h"
#include "run/former_names.h"

namespace jetvit {

RunLog::RunLog(std::filesystem::path run, int epochs) : run_(std::move(run)) {
  const std::filesystem::path path = run_ / kMetricsFile;
  if (epochs > 0 && std::filesystem::exists(path)) {
    std::istringstream lines(read_text_file(path, kLargestLog));
    for (std::string line; std::getline(lines, line);) {
      const Json row = with_current_names(parse_json(line, path));
      if (!row.is_object() || !row.contains("epoch") || !row["epoch"].is_number_integer()) {
        throw Error(text(path, ": line ", rows_.size() + 1, " is not the row of an epoch (remove the file)"));
      }
      if (row["epoch"].get<int>() <= epochs) rows_.push_back(row);
    }
  }
  write();
}

void RunLog::append(const Json& row) {
  rows_.push_back(row);
  write();
}

std::vector<EpochSummary> RunLog::epochs() const {
  std::vector<EpochSummary> epochs;
  for (const Json& row : rows_) {
    EpochSummary& epoch = epochs.emplace_back();
    epoch.phase = row.value("phase", 1);
    epoch.seconds = row.value("train_seconds", 0.0) + row.value("validation_seconds", 0.0);
    const Json auc = row.value("validation_auc", Json());
    if (auc.is_number()) epoch.validation_auc = auc.get<double>();
  }
  return epochs;
}

void RunLog::write() const {
  std::string lines;
  std::string events = event_file_header(rows_.empty() ? 0 : rows_.front().value("wall_time", 0.0));
  for (const Json& row : rows_) {
    lines += json_text(row) + "\n";
    std::vector<std::pair<std::string, double>> scalars;
    for (const auto& [key, value] : row.items()) {
      if (!value.is_number() || key == "epoch" || key == "step" || key == "wall_time") continue;
      scalars.emplace_back(key, value.get<double>());
    }
    events += scalar_event(row.value("wall_time", 0.0), row.value("step", std::int64_t{0}), scalars);
  }
  commit_text(run_ / kMetricsFile, lines);
  commit_text(run_ / kEventFile, events);
}

}  // namespace jetvit
