#include "prepare/finished_store.h"

#include "base/commit.h"
#include "base/error.h"
#include "base/text.h"
#include "prepare/preparation.h"
#include "prepare/summary_json.h"
#include "prepare/work.h"
#include "store/store_reader.h"
#include "store/store_writer.h"

namespace jetvit {
namespace {

// Removes the lock and the record of unfinished work of a process that was killed.
void tidy(const std::filesystem::path& out) {
  const bool is_left = std::filesystem::exists(out / kUnfinishedFile) || FolderLock::is_left_in(out);
  if (!is_left) return;
  try {
    StoreWriter(out).discard_unfinished();
  } catch (const Error&) {  // they do no harm, and their owner may be about to remove them
  }
}

PrepareResult finished_part(const std::filesystem::path& out) {
  const WorkRecord record = read_record(out / kPartFile);
  try {
    const Preparation preparation = Preparation::from_json(record.state.at("preparation"));
    PrepareResult result;
    result.summary = preparation.summary();
    result.manifest = preparation.manifest();
    result.manifest.counts = record.contents.counts;
    result.manifest.shards = record.contents.shards;
    return result;
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(out, ": is damaged (", printable(error.what()), "; prepare the part again)"));
  }
}

}  // namespace

void refuse_other_command(const std::filesystem::path& out, const Json& made, const Json& command) {
  if (made.empty()) refuse_existing(out, false);
  const std::string difference = command_difference(made, command);
  if (difference.empty()) return;
  throw Error(text(out, ": already exists (made by another command: ", difference,
                   "; nothing was changed); choose another path or use `overwrite`"));
}

bool is_finished(const std::filesystem::path& out, const Json& command, bool overwrite, bool is_part) {
  const std::filesystem::path part = out / kPartFile;
  if (is_part && is_store(out)) throw Error(text(out, ": is a complete jet store (choose another `out` for the part)"));
  if (!is_part && std::filesystem::exists(part)) {
    throw Error(text(out, ": is ", unfinished_kind(out), ", which is not replaced (choose another `out`)"));
  }
  if (overwrite || !(is_part ? std::filesystem::exists(part) : is_store(out))) return false;
  refuse_other_command(out, is_part ? read_record(part).command : read_manifest(out).command, command);
  return true;
}

PrepareResult finished_store(const std::filesystem::path& out, bool is_part) {
  tidy(out);
  PrepareResult result;
  if (is_part) {
    result = finished_part(out);
  } else {
    result.manifest = read_manifest(out);
    result.summary = summary_of(result.manifest);
  }
  check_shards(out, result.manifest);
  result.was_finished = true;
  return result;
}

}  // namespace jetvit
