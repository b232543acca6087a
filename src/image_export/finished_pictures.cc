#include "image_export/finished_pictures.h"

#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "pictures/preparation_file.h"
#include "prepare/finished_store.h"
#include "store/contents.h"
#include "tfrecord/picture_set.h"
#include "tfrecord/record_file.h"

namespace jetvit {
namespace {

constexpr std::uint64_t kDescriptionLimit = std::uint64_t{64} << 20;

PictureResult result_of(const Json& description) {
  PictureResult result;
  ReadSummary& summary = result.summary;
  summary.kept = unsigned_from_json(description, "jets");
  summary.skipped = unsigned_from_json(description, "skipped");
  for (const Json& source : list_of(description, "sources")) {
    result.sources.emplace_back(source.at("file").get<std::string>());
    summary.rows += unsigned_from_json(source, "rows");
  }
  for (const Json& row : list_of(description, "skipped_rows")) {
    const std::filesystem::path file = row.at("file").get<std::string>();
    std::uint32_t index = 0;
    while (index < result.sources.size() && result.sources[index] != file) ++index;
    if (index == result.sources.size()) throw Error("it skips rows of a file that it does not list");
    summary.named.push_back({index, unsigned_from_json(row, "row"), row.at("reason")});
  }
  for (const auto& [reason, count] : description.at("skipped_reasons").items()) summary.reasons[reason] = count;
  const Json& classes = description.at("classes");
  result.counts = {unsigned_from_json(classes, "0"), unsigned_from_json(classes, "1")};
  result.class_names = description.value("class_names", ClassNames());  // older sets do not have them
  result.resumed = result.sources.size();
  result.was_finished = true;
  return result;
}

// Throws Error if a file is missing or has another size.
void check_complete(const std::filesystem::path& out) {
  std::vector<std::filesystem::path> records;
  for (const auto& entry : std::filesystem::directory_iterator(out)) {
    if (is_record_name(entry.path())) records.push_back(entry.path());
  }
  check_picture_set(out, records);
  stated_shards(records);
}

}  // namespace

std::optional<PictureResult> finished_pictures(const std::filesystem::path& out, const Json& command, bool overwrite) {
  const std::filesystem::path path = out / kPreparationName;
  if (overwrite || !std::filesystem::exists(path)) return std::nullopt;
  const Json description = parse_json(read_text_file(path, kDescriptionLimit), path, kDescriptionLimit);
  try {
    refuse_other_command(out, description.is_object() ? description.value("command", Json::object()) : Json(), command);
    check_complete(out);
    return result_of(description);
  } catch (const Json::exception& error) {
    throw Error(text(path, ": is damaged (", printable(error.what()), "; prepare the pictures again)"));
  }
}

}  // namespace jetvit
