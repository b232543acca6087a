#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace jetvit {

// Files in the folder of a run.
inline constexpr const char* kRecordFile = "run.json";
inline constexpr const char* kRecipeFile = "recipe.json";
inline constexpr const char* kLastFile = "last.safetensors";
inline constexpr const char* kPreviousFile = "previous.safetensors";  // what kLastFile was before
inline constexpr const char* kBestFile = "best.safetensors";
inline constexpr const char* kTrainedJetsFile = "trained_jets.safetensors";
inline constexpr const char* kBadBatchFile = "not_finite_batch.safetensors";  // of a step that was not finite

// The file with the best weights of a phase (from 1) that is not the last. Those of the last phase are in kBestFile.
std::string best_of_phase_file(int phase);

// The path of this file in a run, under its name in this version or in earlier ones.
std::filesystem::path best_of_phase_path(const std::filesystem::path& run, int phase);

// Whether there is a checkpoint to resume from: kLastFile, or kPreviousFile where that was lost.
bool has_checkpoint(const std::filesystem::path& run);

// Throws Error if a new run must not use this folder: if it exists or, with `overwrite`, if it has files but none of a
// run. The message says whether a training is under way there, or can be resumed.
void refuse_run(const std::filesystem::path& run, bool overwrite);

// Removes the files of an earlier run in this folder and the evaluations of its weights. Keeps last.safetensors, which
// already belongs to the new run, and files of other origin. Throws Error.
void remove_former_run(const std::filesystem::path& run);

}  // namespace jetvit
