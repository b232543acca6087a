#pragma once

#include <filesystem>

namespace jetvit {

// The folder of a run, beside its checkpoints and logs.
inline constexpr const char* kRecordFile = "run.json";
inline constexpr const char* kRecipeFile = "recipe.json";

// Refuses to begin a training in a folder that exists, and, with `overwrite`, in one with files of which none is a
// run's. Throws Error.
void refuse_run(const std::filesystem::path& run, bool overwrite);

// Removes what a former training in this folder left, and the evaluations of its weights; all but last.safetensors,
// which is the new training's own by then. Other people's files stay. Throws Error.
void remove_former_run(const std::filesystem::path& run);

}  // namespace jetvit
