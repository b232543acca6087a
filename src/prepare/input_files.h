#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace jetvit {

// Files, folders (their *.parquet files) and glob patterns as a list of files in natural order: jets_2 before jets_10.
// Throws Error for a name that matches nothing.
std::vector<std::filesystem::path> expand_inputs(const std::vector<std::string>& names);

}  // namespace jetvit
