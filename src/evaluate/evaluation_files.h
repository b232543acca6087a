#pragma once

#include <filesystem>
#include <string_view>

namespace jetvit {

// The folder in which the metrics and plots of one evaluation lie.

// Where those of a run's weights are put on a split, unless another place is named: RUN/evaluation-<split>.
std::filesystem::path evaluation_folder(const std::filesystem::path& run, std::string_view split);

// Whether an evaluation writes a file of this name (without folder).
bool is_evaluation_file(const std::filesystem::path& name);

// Removes the evaluations of weights that the run no longer holds; other files in their folders stay. Throws Error.
void remove_evaluations(const std::filesystem::path& run);

// The metrics of an evaluation, JSON.
inline constexpr const char* kEvaluationMetrics = "metrics.json";

}  // namespace jetvit
