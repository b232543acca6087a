#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/options.h"

// The entries of RUN/run.json about the program and the machine.
namespace jetvit {

// {"version", "commit" (of the source, followed by "+" if files had changed), "compiler", "libtorch", "host"}
Json build_record();

// What RUN/run.json says of a training. The fields are empty where it does not say, and if it is missing or damaged.
struct RecordedRun {
  std::string status;          // "running", "finished", "interrupted" or "failed"
  std::optional<int> threads;  // at least 1
};
RecordedRun read_recorded_run(const std::filesystem::path& run);

}  // namespace jetvit
