#pragma once

#include <filesystem>
#include <string>

#include "measure/learning_curve.h"

namespace jetvit {

// Reads the log of a training run (metrics.jsonl: one JSON object per line with "epoch", "train_loss",
// "validation_loss" and "validation_auc"). `name` becomes the name of the curve. Throws Error with the number of a
// damaged line.
LearningCurve read_learning_log(const std::filesystem::path& path, const std::string& name);

}  // namespace jetvit
