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
