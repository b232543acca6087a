#pragma once

#include <filesystem>
#include <string>

#include "base/options.h"

namespace jetvit {

// A TOML file of at most 1 MB as JSON; throws UsageError with file, line and column.
Json read_toml(const std::filesystem::path& path);
Json parse_toml(const std::string& document, const std::string& name);

// Applies one "train.lr=3e-4" to `tree`. The value is TOML; a bare word counts as a string. A number from 1 on in the
// place of a key is that entry of a list of tables: "stage.2.train.lr=3e-4".
void apply_override(Json& tree, const std::string& assignment);

}  // namespace jetvit
