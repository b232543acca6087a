#pragma once

#include <filesystem>
#include <vector>

#include "jet/channels.h"

namespace jetvit {

// The file in which a preparation of pictures says what it did.
inline constexpr const char* kPreparationName = "preparation.json";

// The channels of 8-bit pictures that lie in `folder`, without unit: as preparation.json says or, without that file,
// those of the published study, which have no sign. Throws Error where the file is damaged or for another number of
// channels.
std::vector<Channel> picture_channels(const std::filesystem::path& folder, int count);

}  // namespace jetvit
