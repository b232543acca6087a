#include "base/file_kind.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace jetvit {
namespace {

struct Kind {
  std::string_view magic, name;
  std::size_t place = 0;  // of the magic bytes
};

// The magic bytes are those that the formats' specifications and file(1) give.
constexpr std::array<Kind, 24> kKinds = {{
    {"version https://git-lfs", "a Git LFS pointer, not the file itself (git lfs pull)"},
    {"PAR1", "a Parquet file"},
    {"PARE", "an encrypted Parquet file"},
    {"ARROW1", "an Arrow file"},
    {"ORC", "an ORC file"},
    {"Obj\x01", "an Avro file"},
    {"root", "a ROOT file"},
    {"\x89HDF", "an HDF5 file"},
    {"\x93NUMPY", "a NumPy file"},
    {"\x89PNG\r\n\x1a\n", "a PNG picture"},
    {"\xff\xd8\xff", "a JPEG picture"},
    {"GIF8", "a GIF picture"},
    {"II*", "a TIFF picture"},
    {std::string_view("MM\0*", 4), "a TIFF picture"},
    {std::string_view("\x1f\x8b", 2), "gzip data"},
    {"BZh", "bzip2 data"},
    {std::string_view("\xfd"
                      "7zXZ",
                      5),
     "xz data"},
    {"\x28\xb5\x2f\xfd", "Zstandard data"},
    {"PK\x03\x04", "a zip file"},
    {"ustar", "a tar file", 257},
    {"SQLite format 3", "an SQLite database"},
    {std::string_view("\0\x05\x16\x07", 4), "an AppleDouble file of macOS"},
    {"\x80\x02", "a Python pickle"},
    {"\x80\x04", "a Python pickle"},
}};

constexpr std::size_t kStart = 262;  // the last byte of the magic bytes of tar

bool is_text(std::string_view start) {
  return std::all_of(start.begin(), start.end(), [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return (code >= 0x20 && code < 0x7f) || letter == '\t' || letter == '\r' || letter == '\n';
  });
}

}  // namespace

std::string file_kind(std::string_view start) {
  for (const Kind& kind : kKinds) {
    if (start.size() >= kind.place && start.substr(kind.place).starts_with(kind.magic)) return std::string(kind.name);
  }
  const std::size_t first = start.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || !is_text(start)) return "";
  if (start[first] == '<') return "an HTML or XML page, not the file itself (download it again)";
  if (start[first] == '{') return "JSON";
  return "text";
}

std::string file_kind(const InputFile& file) {
  std::string start(std::min<std::uint64_t>(file.size(), kStart), '\0');
  file.read(0, std::as_writable_bytes(std::span(start)));
  return file_kind(start);
}

bool is_hidden(const std::filesystem::path& path) {
  const std::string name = path.filename();
  return name.starts_with('.') || name.starts_with('_');
}

}  // namespace jetvit
