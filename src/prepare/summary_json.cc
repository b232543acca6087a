#include "prepare/summary_json.h"

#include <algorithm>

#include "base/error.h"
#include "store/contents.h"

namespace jetvit {

Json summary_to_json(const ReadSummary& summary) {
  Json read = Json::array();  // index, rows and skipped rows of each file that was read
  for (std::size_t file = 0; file < summary.rows_of_file.size(); ++file) {
    if (summary.rows_of_file[file] > 0) {
      read.push_back({file, summary.rows_of_file[file], summary.skipped_of_file[file]});
    }
  }
  Json named = Json::array();
  for (const SkippedRow& row : summary.named) named.push_back({row.file, row.row, row.reason});
  return {{"rows", summary.rows}, {"kept", summary.kept},  {"skipped", summary.skipped},
          {"files_read", read},   {"skipped_rows", named}, {"reasons", summary.reasons}};
}

ReadSummary summary_from_json(const Json& json, std::size_t files) {
  ReadSummary summary;
  summary.rows = unsigned_from_json(json, "rows");
  summary.kept = unsigned_from_json(json, "kept");
  summary.skipped = unsigned_from_json(json, "skipped");
  summary.rows_of_file.resize(files);
  summary.skipped_of_file.resize(files);
  for (const Json& of_file : json.at("files_read")) {
    const auto file = of_file.at(0).get<std::size_t>();
    if (file >= files) throw Error("it counts rows of a file that it does not list");
    summary.rows_of_file[file] = of_file.at(1);
    summary.skipped_of_file[file] = of_file.at(2);
  }
  for (const Json& row : json.at("skipped_rows")) {
    summary.named.push_back({row.at(0).get<std::uint32_t>(), row.at(1).get<std::uint64_t>(), row.at(2)});
    if (summary.named.back().file >= files) throw Error("it skips rows of a file that it does not list");
  }
  for (const auto& [reason, count] : json.at("reasons").items()) summary.reasons[reason] = count;
  return summary;
}

ReadSummary summary_of(const Manifest& manifest) {
  ReadSummary summary;
  for (const Split split : kSplits) summary.kept += manifest.jets(split);
  for (const SourceFile& source : manifest.source_files) {
    summary.rows += source.rows;
    summary.skipped += source.skipped;
  }
  for (const Json& row : manifest.skipped_rows) {
    const auto file = std::find(manifest.sources.begin(), manifest.sources.end(), row.value("file", ""));
    if (file == manifest.sources.end()) continue;
    const auto index = static_cast<std::uint32_t>(file - manifest.sources.begin());
    summary.named.push_back({index, row.value("row", std::uint64_t{0}), row.value("reason", "")});
  }
  for (const auto& [reason, count] : manifest.skipped_reasons.items()) summary.reasons[reason] = count;
  return summary;
}

}  // namespace jetvit
