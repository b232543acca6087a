#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/file.h"

namespace jetvit {

// What a file is according to its first bytes, for the message that it cannot be read as what it was given as: "a ROOT
// file", "gzip data". Empty if that is not known.
std::string file_kind(const InputFile& file);
// The same for the first bytes alone; 262 of them identify all kinds.
std::string file_kind(std::string_view start);

// Whether the name begins with a dot or an underscore. Programs that read all files of a folder pass over those: they
// are unfinished, or of the writer's own (.jets.parquet.tmp, ._jets.parquet, _SUCCESS, __MACOSX, .ipynb_checkpoints).
bool is_hidden(const std::filesystem::path& path);

}  // namespace jetvit
