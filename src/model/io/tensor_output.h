#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace jetvit {

// Metadata of a safetensors file that the command `maker` writes ("weights"), by which it is recognized later.
std::map<std::string, std::string> made_by(const std::string& maker);

// Throws Error if `path` exists, unless `overwrite` is true and `maker` wrote it (base/replaced_file.h). It may be none
// of the `inputs` of the same command. Throws UsageError if its suffix is that of another format.
void refuse_tensor_file(const std::filesystem::path& path, bool overwrite, const std::string& maker,
                        const std::vector<std::filesystem::path>& inputs);

}  // namespace jetvit
