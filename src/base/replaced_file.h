#pragma once

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

namespace jetvit {

// What a command knows of the single file that it writes.
struct ReplacedFile {
  std::string_view what;                                      // for messages: "scores of jetvit predict"
  std::function<bool(const std::filesystem::path&)> is_ours;  // whether the content of a regular file is that
  std::vector<std::filesystem::path> inputs;                  // of the same command
};

// Throws Error if `path` exists in any form, unless `overwrite` is true and it may be replaced: a regular file, no
// link, none of the inputs, and with content that is ours.
void refuse_file(const std::filesystem::path& path, bool overwrite, const ReplacedFile& of);

// Throws UsageError if the suffix of `path` is that of another format than `written`, "Parquet" or "safetensors": a
// program that opens the file by its name would not read it. Other suffixes are free.
void refuse_foreign_suffix(const std::filesystem::path& path, std::string_view written);

}  // namespace jetvit
