#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jetvit {

// A text in a PNG (chunk tEXt).
struct PngText {
  std::string keyword, words;
};

// Keywords of the texts that preparation writes into the picture of a jet.
inline constexpr const char* kIdentityKeyword = "jetvit-identity";  // JetIdentity::text() of the raw image
inline constexpr const char* kEventKeyword = "jetvit-event";        // the observer `event`

// The header of a PNG, and the location of its image data.
struct PngFile {
  std::uint32_t width = 0, height = 0;
  int bits = 0;        // per color
  int color_type = 0;  // kGray, kRgb or another
  bool interlaced = false;
  std::vector<PngText> texts;
  std::vector<std::string_view> image_data;  // parts of the file that together are one zlib stream

  static constexpr int kGray = 0, kRgb = 2;  // PNG specification, table 11.1
};

// Parses the chunks of a complete PNG file. Verifies their checksums, and skips those that a decoder need not know,
// such as color profiles. Throws Error stating what is damaged. The result points into `file`.
PngFile parse_png(std::string_view file);

// Throws Error "damaged PNG (WHAT)".
[[noreturn]] void throw_damaged_png(std::string_view what);

}  // namespace jetvit
