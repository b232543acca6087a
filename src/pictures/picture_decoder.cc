#include "pictures/picture_decoder.h"

#include <memory>

#include <spng.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::uint32_t kSideLimit = 4096;
constexpr std::uint64_t kPixelLimit = 65536;
constexpr std::size_t kChunkLimit = std::size_t{64} << 20;

struct FreeContext {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};

void check(int status) {
  if (status != SPNG_OK) throw Error(text("damaged PNG (", spng_strerror(status), ")"));
}

const char* colour_name(int type) {
  switch (type) {
    case SPNG_COLOR_TYPE_GRAYSCALE:
      return "grey";
    case SPNG_COLOR_TYPE_TRUECOLOR:
      return "RGB";
    case SPNG_COLOR_TYPE_INDEXED:
      return "palette";
    case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA:
      return "grey with transparency";
    default:
      return "RGB with transparency";
  }
}

}  // namespace

void decode_png(std::string_view file, Picture& picture) {
  const std::unique_ptr<spng_ctx, FreeContext> context(spng_ctx_new(0));
  if (!context) throw Error("no memory for a PNG");
  check(spng_set_image_limits(context.get(), kSideLimit, kSideLimit));
  check(spng_set_chunk_limits(context.get(), kChunkLimit, kChunkLimit));
  check(spng_set_crc_action(context.get(), SPNG_CRC_ERROR, SPNG_CRC_DISCARD));
  check(spng_set_png_buffer(context.get(), file.data(), file.size()));
  spng_ihdr header{};
  check(spng_get_ihdr(context.get(), &header));
  const bool grey = header.color_type == SPNG_COLOR_TYPE_GRAYSCALE;
  if (header.bit_depth != 8 || (!grey && header.color_type != SPNG_COLOR_TYPE_TRUECOLOR)) {
    throw Error(text("the PNG is ", colour_name(header.color_type), " of ", static_cast<int>(header.bit_depth),
                     " bits (expected 8 bits, grey or RGB)"));
  }
  const std::uint64_t pixels = std::uint64_t{header.width} * header.height;
  if (pixels > kPixelLimit) {
    throw Error(text("the PNG has ", header.width, " x ", header.height, " pixels (limit ", kPixelLimit, ")"));
  }
  picture.height = static_cast<int>(header.height);
  picture.width = static_cast<int>(header.width);
  picture.colours = grey ? 1 : 3;
  picture.bytes.resize(pixels * static_cast<std::uint64_t>(picture.colours));
  check(spng_decode_image(context.get(), picture.bytes.data(), picture.bytes.size(), SPNG_FMT_PNG, 0));
  check(spng_decode_chunks(context.get()));  // to the end: the checksum of the last image data stands behind it
}

}  // namespace jetvit
