#pragma once

#include <filesystem>
#include <optional>

#include "base/options.h"

// The entries of RUN/run.json about the program and the machine.
namespace jetvit {

// {"version", "commit" (of the source, followed by "+" if files had changed), "compiler", "libtorch", "host"}
Json build_record();

// The record of a run (RUN/run.json); an empty object if the file is missing or damaged.
Json read_run_record(const std::filesystem::path& run);

// The number of threads of a run according to its run.json; nullopt if the file is missing or damaged.
std::optional<int> recorded_threads(const std::filesystem::path& run);

}  // namespace jetvit
