#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace jetvit {

enum class InputFormat : std::uint8_t { kParquet, kPngFolders, kTfRecords };

// "Parquet files", "folders of PNGs", "TFRecord files".
const char* format_name(InputFormat format);

// The format that the first bytes of a file show: Parquet, or TFRecords, plain or compressed with gzip. No value for
// others, and if the file cannot be read.
std::optional<InputFormat> format_of_content(const std::filesystem::path& file);

// The format of a file, as its content shows. A file whose content shows none has the format that its name stands for
// (.parquet, .parq, .pq and .tfrecords, .tfrecord, .tfrec, also with .gz and with -00000-of-00010, in upper or lower
// case), so that its reader reports what is damaged. No value for any other file.
std::optional<InputFormat> format_of_file(const std::filesystem::path& file);

}  // namespace jetvit
