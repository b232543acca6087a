#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace jetvit {

// The bytes of a decoded picture, row by row, pixel by pixel.
struct Picture {
  int height = 0, width = 0;
  int colours = 0;  // 1: grey, 3: red, green, blue
  std::vector<std::uint8_t> bytes;
};

// Decodes a PNG of 8 bits, grey or RGB, of at most 65,536 pixels; keeps the picture's memory. Checksums are checked;
// chunks beside the image, of colour profiles for example, are ignored. Throws Error saying what is damaged or not
// supported.
void decode_png(std::string_view file, Picture& picture);

}  // namespace jetvit
