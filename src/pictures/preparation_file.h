#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "jet/channels.h"
#include "jet/class_names.h"

namespace jetvit {

// The file that describes prepared pictures.
inline constexpr const char* kPreparationName = "preparation.json";

// A TFRecord file, as it was when it was written.
struct RecordShard {
  std::string file;  // name inside the folder
  std::uint64_t jets = 0, bytes = 0;
  std::string sha256;
};

// The part of preparation.json that readers use. Entries can be missing in files of other programs or of earlier
// versions.
struct PreparationFile {
  std::vector<Channel> channels;                        // without units
  std::optional<std::array<std::uint64_t, 2>> classes;  // pictures per class
  std::optional<ClassNames> class_names;
  std::optional<std::vector<RecordShard>> shards;  // of TFRecords
};

// Reads preparation.json. Returns no value if `folder` does not have it. Throws Error if it is damaged.
std::optional<PreparationFile> read_preparation(const std::filesystem::path& folder);

// The channels of the 8-bit pictures in `folder`, without units: those in preparation.json or, without that file, those
// of the published study, which are unsigned. Throws Error if the file is damaged or does not have `count` channels.
std::vector<Channel> picture_channels(const std::filesystem::path& folder, int count);

}  // namespace jetvit
