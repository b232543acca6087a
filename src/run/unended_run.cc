#include "run/unended_run.h"

#include "base/folder_lock.h"
#include "base/text.h"
#include "run/run_record.h"

namespace jetvit {

bool is_recorded_as_running(const std::filesystem::path& run) {
  return read_run_record(run).value("status", Json()) == Json("running");
}

std::string describe_unended(const std::filesystem::path& run) {
  if (!is_recorded_as_running(run)) return "";
  if (FolderLock::is_held(run)) return text(run, ": still trains; these are its best weights so far");
  return text(run, ": its training did not end (was it killed?); these are its best weights until then");
}

}  // namespace jetvit
