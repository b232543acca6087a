#include "pictures/png_file.h"

#include <algorithm>

#include <isa-l/crc.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::string_view kSignature("\x89PNG\r\n\x1a\n", 8);
constexpr std::size_t kAroundData = 12;  // a chunk's length, type and checksum

struct PngChunk {
  std::string_view type, data;
};

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t byte = 0; byte < 4; ++byte) value = value << 8 | static_cast<std::uint8_t>(bytes[byte]);
  return value;
}

// Whether decoders may skip it: bit 5 of the first letter (PNG specification, section 5.4).
bool is_ancillary(const PngChunk& chunk) {
  return (static_cast<std::uint8_t>(chunk.type[0]) & 0x20) != 0;
}

// Takes the first chunk of `rest`: length | type | data | checksum of type and data.
PngChunk take_chunk(std::string_view& rest) {
  if (rest.size() < kAroundData) throw_damaged_png("it is cut short");
  const std::size_t length = big_endian(rest);
  if (length > rest.size() - kAroundData) throw_damaged_png("it is cut short");
  const PngChunk chunk{rest.substr(4, 4), rest.substr(8, length)};
  const auto* checked = reinterpret_cast<const unsigned char*>(chunk.type.data());
  if (crc32_gzip_refl(0, checked, 4 + length) != big_endian(rest.substr(8 + length))) {
    throw_damaged_png(text("the checksum of its chunk ", printable(chunk.type), " does not match"));
  }
  rest.remove_prefix(kAroundData + length);
  return chunk;
}

// keyword | 0 | words (PNG specification, section 11.3.3.2); the words may be missing, as for libpng
PngText parse_text(std::string_view data) {
  const std::size_t end = std::min(data.find('\0'), data.size());
  return {std::string(data.substr(0, end)), std::string(data.substr(std::min(end + 1, data.size())))};
}

PngFile parse_header(const PngChunk& chunk) {
  const std::string_view data = chunk.data;
  if (chunk.type != "IHDR" || data.size() != 13) throw_damaged_png("it does not begin with a valid header chunk");
  PngFile png;
  png.width = big_endian(data);
  png.height = big_endian(data.substr(4));
  png.bits = static_cast<std::uint8_t>(data[8]);
  png.color_type = static_cast<std::uint8_t>(data[9]);
  if (png.width == 0 || png.height == 0) throw_damaged_png("it has no pixels");
  // Compression, filters and row order must be 0, 0, and 0 or 1.
  if (data[10] != 0 || data[11] != 0 || (data[12] & ~1) != 0) throw_damaged_png("its header states an unknown method");
  png.interlaced = data[12] == 1;
  return png;
}

}  // namespace

void throw_damaged_png(std::string_view what) {
  throw Error(text("damaged PNG (", what, ")"));
}

PngFile parse_png(std::string_view file) {
  if (!file.starts_with(kSignature)) throw_damaged_png("it does not begin with the PNG signature");
  std::string_view rest = file.substr(kSignature.size());
  PngFile png = parse_header(take_chunk(rest));
  bool after_image_data = false;
  while (true) {
    const PngChunk chunk = take_chunk(rest);
    if (chunk.type == "IDAT") {
      if (after_image_data) throw_damaged_png("its image data are not contiguous");
      png.image_data.push_back(chunk.data);
      continue;
    }
    after_image_data = !png.image_data.empty();
    if (chunk.type == "IEND") break;
    if (chunk.type == "tEXt") png.texts.push_back(parse_text(chunk.data));
    if (chunk.type != "PLTE" && !is_ancillary(chunk)) {
      throw_damaged_png(text("its chunk ", printable(chunk.type), " is unknown"));
    }
  }
  if (png.image_data.empty()) throw_damaged_png("it holds no image data");
  return png;
}

}  // namespace jetvit
