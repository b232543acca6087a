#pragma once

#include <filesystem>
#include <string>

#include "report/plots.h"

namespace jetvit {

// Reads the epochs that a training told of (metrics.jsonl: one JSON object a line with "epoch", "train_loss",
// "validation_loss" and "validation_auc"). Throws Error naming the line that is damaged.
LearningCurve read_learning_log(const std::filesystem::path& path, const std::string& name);

}  // namespace jetvit
