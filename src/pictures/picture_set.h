#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "pictures/preparation_file.h"

namespace jetvit {

// Whether a folder of pictures is whole, as the preparation.json in it states; nothing is known of a folder without
// one.

// Compares the files in `folder` with what it states: the shards of TFRecords by name, or the number of pictures in
// each class folder. Throws Error naming what is missing or was not stated.
void check_picture_set(const std::filesystem::path& folder);

// What the folder of each TFRecord file states of it, which is none where it does not name the file. Throws Error
// naming a file of another size.
std::vector<std::optional<RecordShard>> stated_shards(const std::vector<std::filesystem::path>& files);

// Compares TFRecord files with their digests. Throws Error naming one that differs, UsageError where one has none.
void verify_records(const std::vector<std::filesystem::path>& files);

}  // namespace jetvit
