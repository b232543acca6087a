#include "run/run_log.h"

#include <sstream>

#include "base/commit.h"
#include "base/file.h"
#include "base/text.h"
#include "run/event_file.h"
#include "run/former_names.h"

namespace jetvit {

std::optional<double> logged_number(const Json& row, const char* key) {
  const auto found = row.find(key);
  return found != row.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

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
    epoch.phase = static_cast<int>(logged_number(row, "phase").value_or(1));
    epoch.seconds =
        logged_number(row, "train_seconds").value_or(0) + logged_number(row, "validation_seconds").value_or(0);
    epoch.validation_auc = logged_number(row, "validation_auc");
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
