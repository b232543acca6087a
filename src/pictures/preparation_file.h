#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "jet/channels.h"

namespace jetvit {

// The file in which a preparation of pictures says what it did.
inline constexpr const char* kPreparationName = "preparation.json";

// A TFRecord file as it was written.
struct RecordShard {
  std::string file;  // name in the folder
  std::uint64_t jets = 0, bytes = 0;
  std::string sha256;
};

// What readers use of it; what it does not hold is of another program, or of an earlier version of this one.
struct PreparationFile {
  std::vector<Channel> channels;  // without unit
  std::optional<std::array<std::uint64_t, 2>> classes;
  std::optional<std::vector<RecordShard>> shards;  // of TFRecords
};

// None where `folder` has no such file. Throws Error where it is damaged.
std::optional<PreparationFile> read_preparation(const std::filesystem::path& folder);

// The channels of 8-bit pictures that lie in `folder`, without unit: as preparation.json says or, without that file,
// those of the published study, which have no sign. Throws Error where the file is damaged or for another number of
// channels.
std::vector<Channel> picture_channels(const std::filesystem::path& folder, int count);

}  // namespace jetvit
