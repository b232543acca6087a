#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace jetvit {

// What a PNG says of its picture, and where its image data lie.
struct PngFile {
  std::uint32_t width = 0, height = 0;
  int bits = 0;         // of a colour
  int colour_type = 0;  // kGrey, kRgb or another
  bool interlaced = false;
  std::vector<std::string_view> image_data;  // parts of the file that are one zlib stream

  static constexpr int kGrey = 0, kRgb = 2;  // PNG specification, table 11.1
};

// Finds the chunks of a whole PNG and checks the checksums of those that a decoder must know; passes over others, of
// colour profiles for example. Throws Error saying what is damaged.
PngFile parse_png(std::string_view file);

[[noreturn]] void throw_damaged_png(std::string_view what);

}  // namespace jetvit
