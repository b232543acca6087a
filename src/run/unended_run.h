#pragma once

#include <filesystem>
#include <string>

namespace jetvit {

// A line about a run whose record says that it is running: that its training was killed, or that it still runs in
// another process. Empty if the training has ended, or if the folder has no readable record.
std::string describe_unended(const std::filesystem::path& run);

// Why a folder without best.safetensors has none, and what to do: "holds no best.safetensors: no epoch has ended ...".
std::string describe_lack_of_best(const std::filesystem::path& run);

// Whether the record says that a training is running here. For a process that holds the lock of the folder: then none
// is and the training was killed.
bool is_recorded_as_running(const std::filesystem::path& run);

}  // namespace jetvit
