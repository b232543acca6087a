#include "train/run_folder.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/commit.h"
#include "base/error.h"
#include "base/folder_lock.h"
#include "base/text.h"
#include "evaluate/evaluation_files.h"
#include "train/run_log.h"
#include "train/trainer.h"

namespace jetvit {
namespace {

constexpr std::array<const char*, 5> kBesideLast = {kBestFile, kRecordFile, kRecipeFile, kMetricsFile, kEventFile};

bool is_run_file(const std::string& name) {
  return name == kLastFile || std::find(kBesideLast.begin(), kBesideLast.end(), name) != kBesideLast.end();
}

}  // namespace

void refuse_run(const std::filesystem::path& run, bool overwrite) {
  refuse_existing(run, overwrite);
  if (!std::filesystem::exists(run)) return;
  if (!std::filesystem::is_directory(run)) throw Error(text(run, ": is not a folder"));
  std::string foreign;
  for (const auto& entry : std::filesystem::directory_iterator(run)) {
    const std::string name = entry.path().filename();
    if (is_run_file(name)) return;
    if (!is_temporary(name) && !FolderLock::is_lock_file(name)) foreign = name;
  }
  if (foreign.empty()) return;
  throw Error(text(run, ": holds ", printable(foreign),
                   " and no run that could be replaced (nothing was changed; choose another --out)"));
}

void remove_former_run(const std::filesystem::path& run) {
  remove_evaluations(run);
  for (const char* name : kBesideLast) remove_file(run / name);
  std::vector<std::filesystem::path> of_stages;  // which may have gaps: an earlier removal may have ended among them
  for (const auto& entry : std::filesystem::directory_iterator(run)) {
    if (is_best_of_stage_file(entry.path().filename().native())) of_stages.push_back(entry.path());
  }
  for (const auto& file : of_stages) remove_file(file);
}

}  // namespace jetvit
