#include "run/unended_run.h"

#include "base/folder_lock.h"
#include "base/text.h"
#include "run/run_folder.h"
#include "run/run_record.h"

namespace jetvit {

bool is_recorded_as_running(const std::filesystem::path& run) {
  return read_recorded_run(run).status == "running";
}

std::string describe_unended(const std::filesystem::path& run) {
  if (!is_recorded_as_running(run)) return "";
  if (FolderLock::is_held(run)) return text(run, ": still trains; these are its best weights so far");
  return text(run, ": its training did not end (was it killed?); these are its best weights until then");
}

std::string describe_lack_of_best(const std::filesystem::path& run) {
  const std::string lack = text("holds no ", kBestFile);
  if (!has_checkpoint(run) && !std::filesystem::exists(run / kRecordFile)) {
    return lack + " (it is no run of jetvit train; name a run or a checkpoint)";
  }
  const std::string why = text(lack, ": no epoch has ended, in the last phase if there are several");
  if (FolderLock::is_held(run)) return why + " (it still trains: wait for its first epoch)";
  if (!has_checkpoint(run)) return why + " (it stopped before its first checkpoint: start it again with `resume`)";
  const std::filesystem::path last = run / (std::filesystem::exists(run / kLastFile) ? kLastFile : kPreviousFile);
  return text(why, " (continue it with jetvit train `resume`, or name ", last, " for the weights of its last step)");
}

}  // namespace jetvit
