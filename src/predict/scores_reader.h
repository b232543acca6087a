#pragma once

#include <filesystem>
#include <string>

#include "predict/scores_file.h"

namespace jetvit {

// Reads what is measured of a scores file of any origin: the columns score and label, the weight (the column
// `weight_column`, or without a name `weight`; 1 where there is none), trained_on, and as observers every other column
// of numbers that is not written by `jetvit predict` for other ends (logit, source_row; NaN for a null). The schema is
// looked at first, then one column after the other is read page by page; other columns are not read at all. Throws
// Error naming the file where score or label is missing, score, label or weight holds nulls or no numbers, the file
// holds more rows or values than the limits (33,554,432 and 134,217,728), or is damaged.
Scores read_scores(const std::filesystem::path& path, const std::string& weight_column = "");

}  // namespace jetvit
