#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <isa-l/crc.h>

#include "pictures/deflater.h"

namespace jetvit::test {

inline std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

inline std::string png_chunk(const std::string& type, std::string_view data) {
  const std::string checked = type + std::string(data);
  const auto* bytes = reinterpret_cast<const unsigned char*>(checked.data());
  return big_endian(static_cast<std::uint32_t>(data.size())) + checked +
         big_endian(crc32_gzip_refl(0, bytes, checked.size()));
}

// The parts of a PNG, which tests can change one by one.
struct PngBytes {
  std::uint32_t width = 1, height = 1;
  char bits = 8, color_type = 0, compression = 0, filters = 0, interlace = 0;
  std::string rows = std::string(2, '\0');  // including the filter bytes
  std::string before, after;                // chunks around the image data
  std::size_t part = 1U << 30;              // bytes of image data per chunk

  std::string image_data() const { return std::string(Deflater().deflate(rows, Deflater::Form::kZlib)); }

  std::string file() const { return file(image_data()); }

  std::string file(const std::string& image_data) const {
    std::string out("\x89PNG\r\n\x1a\n", 8);
    out += png_chunk("IHDR", big_endian(width) + big_endian(height) +
                                 std::string({bits, color_type, compression, filters, interlace}));
    out += before;
    for (std::size_t begin = 0; begin < image_data.size(); begin += part) {
      out += png_chunk("IDAT", std::string_view(image_data).substr(begin, part));
    }
    return out + after + png_chunk("IEND", "");
  }
};

}  // namespace jetvit::test
