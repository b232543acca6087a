#pragma once

#include <filesystem>
#include <string_view>

namespace jetvit {

// The folder with the metrics and plots of one evaluation.

// The default folder for evaluating a run on a split: RUN/evaluation-<split>.
std::filesystem::path evaluation_folder(const std::filesystem::path& run, std::string_view split);

// Whether `name` (without folder) is that of a file written by an evaluation.
bool is_evaluation_file(const std::filesystem::path& name);

// Removes the evaluations of a run before its weights are replaced. Other files in their folders are kept. Throws
// Error.
void remove_evaluations(const std::filesystem::path& run);

// The metrics of an evaluation (JSON).
inline constexpr const char* kEvaluationMetrics = "metrics.json";

}  // namespace jetvit
