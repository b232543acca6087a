#include "run/run_folder.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/commit.h"
#include "base/error.h"
#include "base/folder_lock.h"
#include "base/text.h"
#include "run/evaluation_files.h"
#include "run/run_log.h"
#include "run/run_record.h"

namespace jetvit {
namespace {

constexpr std::array<const char*, 8> kOtherFiles = {kPreviousFile, kBestFile,  kRecordFile,      kRecipeFile,
                                                    kMetricsFile,  kEventFile, kTrainedJetsFile, kBadBatchFile};

bool is_run_file(const std::string& name) {
  return name == kLastFile || std::find(kOtherFiles.begin(), kOtherFiles.end(), name) != kOtherFiles.end();
}

constexpr std::string_view kBestOfPhase = "best_of_phase_";
constexpr std::string_view kFormerBestOfPhase = "best_of_stage_";
constexpr std::string_view kCheckpointEnding = ".safetensors";

bool is_best_of_phase_file(std::string_view name) {
  return (name.starts_with(kBestOfPhase) || name.starts_with(kFormerBestOfPhase)) && name.ends_with(kCheckpointEnding);
}

}  // namespace

std::string best_of_phase_file(int phase) {
  return text(kBestOfPhase, phase, kCheckpointEnding);
}

std::filesystem::path best_of_phase_path(const std::filesystem::path& run, int phase) {
  const std::filesystem::path path = run / best_of_phase_file(phase);
  const std::filesystem::path former = run / text(kFormerBestOfPhase, phase, kCheckpointEnding);
  return !std::filesystem::exists(path) && std::filesystem::exists(former) ? former : path;
}

bool has_checkpoint(const std::filesystem::path& run) {
  return std::filesystem::exists(run / kLastFile) || std::filesystem::exists(run / kPreviousFile);
}

void refuse_run(const std::filesystem::path& run, bool overwrite) {
  if (!overwrite && has_checkpoint(run)) {
    if (FolderLock::is_held(run)) throw Error(text(run, ": another process trains there (choose another `out`)"));
    const std::string status = read_recorded_run(run).status;
    const bool can_resume = !status.empty() && status != "finished";
    const char* const kind = can_resume       ? "a training that did not finish"
                             : status.empty() ? "a training"
                                              : "a finished training";
    throw Error(text(run, ": holds ", kind, " (nothing was changed; ", can_resume ? "continue it with `resume`, " : "",
                     "replace it with `overwrite`, or choose another `out`)"));
  }
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
                   " but no run that could be replaced (nothing was changed; choose another `out`)"));
}

void remove_former_run(const std::filesystem::path& run) {
  remove_evaluations(run);
  for (const char* name : kOtherFiles) remove_file(run / name);
  std::vector<std::filesystem::path> of_phases;  // may have gaps: an earlier removal may have been interrupted
  for (const auto& entry : std::filesystem::directory_iterator(run)) {
    if (is_best_of_phase_file(entry.path().filename().native())) of_phases.push_back(entry.path());
  }
  for (const auto& file : of_phases) remove_file(file);
}

}  // namespace jetvit
