#include "jet/jet_reader.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

std::uint8_t label_of(double value, const ReadOptions& options) {
  if (value == options.positive_label) return 1;
  if (options.any_label || value == 0 || value == 1) return 0;
  throw Error(text("label ", options.label_column, " = ", value,
                   " is not 0 or 1 (name the signal's value with --positive-label)"));
}

std::string observer_name(const std::string& column) {
  constexpr std::array<std::string_view, 10> kTaken = {"label", "weight", "source_file", "source_row", "counts",
                                                       "pixel", "value",  "score",       "logit",      "split"};
  return std::find(kTaken.begin(), kTaken.end(), column) != kTaken.end() ? "raw_" + column : column;
}

JetReader::JetReader(std::vector<std::filesystem::path> files) : files_(std::move(files)) {
  if (files_.empty()) throw UsageError("no raw file was named");
  std::set<std::filesystem::path> seen;
  for (const std::filesystem::path& file : files_) {
    // One that does not exist is the format's to report.
    if (!seen.insert(std::filesystem::weakly_canonical(file)).second) throw Error(text(file, ": is named twice"));
  }
}

ReadSummary JetReader::read(const Sink& sink) const {
  return read([](JetRecords&, int) {}, sink);
}

ReadSummary JetReader::read(const Work& work, const Sink& sink) const {
  constexpr std::size_t kNamedRows = 1000;
  ReadSummary summary;
  summary.rows_of_file.resize(files_.size());
  summary.skipped_of_file.resize(files_.size());
  for (std::size_t file = 0; file < files_.size(); ++file) {
    read_file(file, work, [&](Chunk&& chunk) {
      summary.kept += chunk.jets.size();
      summary.skipped += chunk.skipped.size();
      summary.rows += chunk.jets.size() + chunk.skipped.size();
      summary.rows_of_file[file] += chunk.jets.size() + chunk.skipped.size();
      summary.skipped_of_file[file] += chunk.skipped.size();
      for (SkippedRow& row : chunk.skipped) {
        if (summary.named.size() < kNamedRows) summary.named.push_back(std::move(row));
      }
      if (chunk.jets.size() > 0) sink(std::move(chunk.jets));
    });
  }
  return summary;
}

}  // namespace jetvit
