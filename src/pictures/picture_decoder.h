#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace jetvit {

// The bytes of a decoded picture, row by row, pixel by pixel.
struct Picture {
  int height = 0, width = 0;
  int colours = 0;  // 1: grey, 3: red, green, blue
  std::vector<std::uint8_t> bytes;
};

// Decodes one PNG after the other, inflating by isa-l; keeps its memory from picture to picture.
class PictureDecoder {
 public:
  PictureDecoder();
  ~PictureDecoder();
  PictureDecoder(const PictureDecoder&) = delete;
  PictureDecoder& operator=(const PictureDecoder&) = delete;

  // Decodes a PNG of 8 bits, grey or RGB, of at most 65,536 pixels and 4,096 a side; keeps the picture's memory.
  // Checksums are checked; chunks beside the image, of colour profiles for example, are ignored. Throws Error saying
  // what is damaged or not supported.
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
