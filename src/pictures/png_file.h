#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace jetvit {

// The header of a PNG, and the location of its image data.
struct PngFile {
  std::uint32_t width = 0, height = 0;
  int bits = 0;        // per color
  int color_type = 0;  // kGray, kRgb or another
  bool interlaced = false;
  std::vector<std::string_view> image_data;  // parts of the file that together are one zlib stream

  static constexpr int kGray = 0, kRgb = 2;  // PNG specification, table 11.1
};

// Parses the chunks of a complete PNG file. Verifies the checksums of the chunks that a decoder must know, and skips
// others, such as color profiles. Throws Error stating what is damaged. The result points into `file`.
PngFile parse_png(std::string_view file);

// Throws Error "damaged PNG (WHAT)".
[[noreturn]] void throw_damaged_png(std::string_view what);

}  // namespace jetvit
