#pragma once

#include <filesystem>
#include <optional>

#include "base/options.h"
#include "image_export/prepare_pictures.h"

namespace jetvit {

// The result of the same command, if it has finished before and `overwrite` is false. Throws Error if `out` holds the
// pictures of another command, or if its pictures are not complete. command: as stored in preparation.json.
std::optional<PictureResult> finished_pictures(const std::filesystem::path& out, const Json& command, bool overwrite);

}  // namespace jetvit
