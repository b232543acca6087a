#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pictures/deflater.h"
#include "pictures/png_file.h"

namespace jetvit {

// Writes 8-bit PNGs, gray (1 channel) or RGB (3 channels), compressed with isa-l. On jet images this takes a third of
// the time of libpng with zlib's fastest level.
class PngEncoder {
 public:
  PngEncoder(int height, int width, int channels);

  // The bytes of a row, pixel by pixel, for the next encode().
  std::uint8_t* row(int row) { return raw_.data() + static_cast<std::size_t>(row) * stride_ + 1; }

  void clear(std::uint8_t value = 0);  // sets all pixels
  // Returns a complete PNG file with these texts. Throws Error if isa-l fails.
  std::string encode(std::span<const PngText> texts = {});

 private:
  int height_, width_, channels_;
  std::size_t stride_;             // bytes per row: the filter type (0: none), then the pixels
  std::vector<std::uint8_t> raw_;  // rows
  Deflater deflater_;
};

}  // namespace jetvit
