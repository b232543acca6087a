#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "pictures/png_file.h"

namespace jetvit {

// A decoded picture: its bytes, row by row and pixel by pixel.
struct Picture {
  int height = 0, width = 0;
  int colors = 0;  // 1: gray, 3: red, green, blue
  std::vector<std::uint8_t> bytes;
  std::vector<PngText> texts;

  // The words of the text with that keyword; null if there is none.
  const std::string* find_text(std::string_view keyword) const;
};

// Decodes PNGs with isa-l. Reuses its memory from picture to picture.
class PictureDecoder {
 public:
  PictureDecoder();
  ~PictureDecoder();
  PictureDecoder(const PictureDecoder&) = delete;
  PictureDecoder& operator=(const PictureDecoder&) = delete;

  // Decodes an 8-bit gray or RGB PNG of at most 65,536 pixels and 4,096 pixels per side, reusing the memory of
  // `picture`. Checksums are verified; chunks other than the image and texts, such as color profiles, are ignored.
  // Throws Error stating what is damaged or not supported.
  void decode(std::string_view file, Picture& picture);

 private:
  struct Inflater;

  void inflate(std::span<const std::string_view> image_data, std::size_t expected);

  std::unique_ptr<Inflater> inflater_;
  std::vector<char> joined_;        // image data of several chunks
  std::vector<std::uint8_t> rows_;  // inflated, still filtered
  std::vector<std::uint8_t> pass_;  // pixels of a pass of an interlaced picture
};

}  // namespace jetvit
