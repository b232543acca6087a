#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluate/evaluation.h"
#include "jet/class_names.h"
#include "measure/learning_curve.h"

namespace jetvit {

// The classifiers of an evaluation as a table for the terminal.
std::string evaluation_table(const Evaluation& evaluation);

// Draws roc (of all classifiers), scores (of the first one), calibration (of those that give probabilities) and, where
// there is one, learning as PNG and SVG into `folder`; returns the files' names without ending. Throws Error where they
// cannot be written.
std::vector<std::string> draw_evaluation(const std::filesystem::path& folder, const std::vector<NamedScores>& all,
                                         const JetRecords& test, const ClassNames& names,
                                         const std::vector<LearningCurve>& learning);

}  // namespace jetvit
