#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "jet/shared_jets.h"
#include "store/contents.h"

namespace jetvit {

// Throws Error if a jet is in two splits: a model would be trained on jets that it is measured on. The message names
// one of them. files: names of the source files.
void refuse_shared_jets(const std::array<JetOrigins, 3>& splits, const std::vector<std::string>& files);

// The same for the shards in a folder.
void refuse_shared_jets(const std::filesystem::path& folder, const StoreContents& contents,
                        const std::vector<std::string>& files);

}  // namespace jetvit
