#include "pictures/png_encoder.h"

#include <algorithm>

#include <isa-l/crc.h>

namespace jetvit {
namespace {

constexpr char kGray = 0;  // color types of IHDR
constexpr char kRgb = 2;

void append_big_endian(std::string& out, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>(value >> shift));
}

// length | type | data | CRC of type and data (PNG specification, section 5.3)
void append_chunk(std::string& out, std::string_view type, std::string_view data) {
  append_big_endian(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = out.size();
  out += type;
  out += data;
  append_big_endian(out,
                    crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(out.data()) + begin, out.size() - begin));
}

}  // namespace

PngEncoder::PngEncoder(int height, int width, int channels)
    : height_(height),
      width_(width),
      channels_(channels),
      stride_(1 + static_cast<std::size_t>(width) * static_cast<std::size_t>(channels)),
      raw_(stride_ * static_cast<std::size_t>(height)) {}

void PngEncoder::clear(std::uint8_t value) {
  std::fill(raw_.begin(), raw_.end(), value);
  for (std::size_t at = 0; at < raw_.size(); at += stride_) raw_[at] = 0;
}

std::string PngEncoder::encode(std::span<const PngText> texts) {
  const std::string_view image =
      deflater_.deflate({reinterpret_cast<const char*>(raw_.data()), raw_.size()}, Deflater::Form::kZlib);
  std::string header;
  append_big_endian(header, static_cast<std::uint32_t>(width_));
  append_big_endian(header, static_cast<std::uint32_t>(height_));
  header += {8, channels_ == 1 ? kGray : kRgb, 0, 0, 0};  // bits, color; default compression, filters and row order
  std::string png("\x89PNG\r\n\x1a\n", 8);
  png.reserve(image.size() + 256);
  append_chunk(png, "IHDR", header);
  for (const auto& [keyword, words] : texts) {
    std::string data = keyword;
    data += '\0';
    data += words;
    append_chunk(png, "tEXt", data);
  }
  append_chunk(png, "IDAT", image);
  append_chunk(png, "IEND", "");
  return png;
}

}  // namespace jetvit
