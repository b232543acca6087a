#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "pictures/preparation_file.h"

namespace jetvit {

// Checks whether a folder of pictures is complete, according to its preparation.json. A folder without that file is not
// checked.

// Compares the files in `folder` with its preparation.json: the TFRecord files found there, or the number of pictures
// in each class folder. Throws Error naming a file that is missing or not listed.
void check_picture_set(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& records);

// The entry for each TFRecord file in the preparation.json of its folder, or no value if it is not listed. Throws Error
// naming a file whose size differs from its entry.
std::vector<std::optional<RecordShard>> stated_shards(const std::vector<std::filesystem::path>& files);

// Compares TFRecord files with their digests. Throws Error naming a file that differs, and UsageError if a file has no
// digest.
void verify_records(const std::vector<std::filesystem::path>& files);

}  // namespace jetvit
