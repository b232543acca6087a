#pragma once

#include <filesystem>
#include <vector>

#include "prepare/inputs.h"

namespace jetvit {

// The raw files that `names` resolve to, for PictureOptions::files. Reports what is left out. Pictures have no splits:
// throws UsageError where names or folders give files a split, and for options of splits. Also throws UsageError for
// files that are not raw Parquet, and what find_inputs() and refuse_copies() throw.
std::vector<std::filesystem::path> picture_files(const InputNames& names);

}  // namespace jetvit
