#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/options.h"

namespace jetvit {

// `jetvit train --seeds` trains one recipe with several seeds K, each in RUN/seed-K.
std::filesystem::path seed_run(const std::filesystem::path& run, std::int64_t seed);

// The runs in this folder, in the order of their seeds. Empty if it is a run itself, or not a folder. Throws
// std::filesystem::filesystem_error if the folder cannot be read.
std::vector<std::filesystem::path> seed_runs(const std::filesystem::path& run);

// A resolved recipe without its seed: equal for trainings that differ by their seed alone. Throws Json::exception if it
// is not a resolved recipe.
Json without_seed(Json recipe);

}  // namespace jetvit
