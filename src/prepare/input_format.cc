#include "prepare/input_format.h"

#include <array>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "tfrecord/record_file.h"

namespace jetvit {
namespace {

bool is_parquet_name(const std::filesystem::path& file) {
  const std::string suffix = lower_case(file.extension());
  return suffix == ".parquet" || suffix == ".parq" || suffix == ".pq";
}

bool begins_as_parquet(const std::filesystem::path& path) {
  const InputFile file(path);
  std::array<char, 4> start{};
  if (file.size() < start.size()) return false;
  file.read(0, std::as_writable_bytes(std::span(start)));
  const std::string_view magic(start.data(), start.size());
  return magic == "PAR1" || magic == "PARE";  // the second: with an encrypted footer
}

}  // namespace

const char* format_name(InputFormat format) {
  switch (format) {
    case InputFormat::kParquet:
      return "Parquet files";
    case InputFormat::kPngFolders:
      return "folders of PNGs";
    case InputFormat::kTfRecords:
      return "TFRecord files";
  }
  return "";
}

std::optional<InputFormat> format_of_content(const std::filesystem::path& file) {
  try {
    if (begins_as_parquet(file)) return InputFormat::kParquet;
    if (RecordFile::recognizes(file)) return InputFormat::kTfRecords;
  } catch (const Error&) {  // its reader reports why it cannot be read
  }
  return std::nullopt;
}

std::optional<InputFormat> format_of_file(const std::filesystem::path& file) {
  if (const auto format = format_of_content(file)) return format;
  if (is_parquet_name(file)) return InputFormat::kParquet;
  if (is_record_name(file)) return InputFormat::kTfRecords;
  return std::nullopt;
}

}  // namespace jetvit
