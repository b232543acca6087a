#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/options.h"

namespace jetvit {

// Parses TOML and returns it as JSON: a file of at most 1 MB, or a document that messages call `name`, with at most
// 4,096 keys and 32 levels of tables and lists. Throws UsageError naming the file, line and column, and Error if the
// file cannot be read.
Json read_toml(const std::filesystem::path& path);
Json parse_toml(const std::string& document, const std::string& name);

// Applies one assignment such as "optimizer.lr=3e-4" to `tree`. The value is TOML; a bare word counts as a string. A
// number instead of a key selects an entry of a list of tables, counted from 1: "phase.2.optimizer.lr=3e-4". Throws
// UsageError if the assignment is malformed or names a missing table.
void apply_override(Json& tree, const std::string& assignment);

// The tree that the assignments make of an empty one, in their order. Throws the same.
Json tree_of_overrides(const std::vector<std::string>& assignments);

}  // namespace jetvit
