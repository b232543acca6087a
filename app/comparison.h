#pragma once

#include <string>

#include "jet/jet_reader.h"

namespace jetvit {

// Compares two data sets, stores or files: jets and classes, and the means of every observable with their difference in
// units of its statistical error. Prints a table, or JSON.
void compare_data(const std::string& first, const std::string& second, const ReadOptions& options, bool as_json);

}  // namespace jetvit
