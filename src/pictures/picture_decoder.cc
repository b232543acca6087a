#include "pictures/picture_decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <isa-l/igzip_lib.h>

#include "base/error.h"
#include "base/text.h"
#include "pictures/png_file.h"
#include "pictures/png_rows.h"

namespace jetvit {
namespace {

constexpr std::uint32_t kSideLimit = 4096;
constexpr std::uint64_t kPixelLimit = 65536;

const char* color_name(int type) {
  switch (type) {
    case PngFile::kGray:
      return "gray";
    case PngFile::kRgb:
      return "RGB";
    case 3:
      return "palette";
    case 4:
      return "gray with transparency";
    case 6:
      return "RGB with transparency";
    default:
      throw_damaged_png("its header states an unknown color type");
  }
}

void check_supported(const PngFile& png) {
  const char* name = color_name(png.color_type);
  if (png.bits != 8 || (png.color_type != PngFile::kGray && png.color_type != PngFile::kRgb)) {
    throw Error(text("the PNG is ", png.bits, "-bit ", name, " (expected 8-bit gray or RGB)"));
  }
  if (png.width > kSideLimit || png.height > kSideLimit || std::uint64_t{png.width} * png.height > kPixelLimit) {
    throw Error(text("the PNG has ", png.width, " x ", png.height, " pixels (limit ", kPixelLimit, ", ", kSideLimit,
                     " per side)"));
  }
}

// Pixels that are stored together: those at x + i * dx, y + j * dy.
struct PngPass {
  std::size_t x, y, dx, dy;

  std::size_t columns(const Picture& picture) const { return count(static_cast<std::size_t>(picture.width), x, dx); }
  std::size_t rows(const Picture& picture) const { return count(static_cast<std::size_t>(picture.height), y, dy); }

  std::size_t row_bytes(const Picture& picture) const {
    return columns(picture) * static_cast<std::size_t>(picture.colors);
  }

  // A pass without pixels has no filter bytes either.
  std::size_t filtered_bytes(const Picture& picture) const {
    return columns(picture) == 0 ? 0 : rows(picture) * (1 + row_bytes(picture));
  }

 private:
  static std::size_t count(std::size_t side, std::size_t first, std::size_t step) {
    return side <= first ? 0 : (side - first + step - 1) / step;
  }
};

constexpr PngPass kNotInterlaced[] = {{0, 0, 1, 1}};
// Adam7 (PNG specification, section 8.2).
constexpr PngPass kInterlaced[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                   {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

void copy_pass(const PngPass& pass, const std::uint8_t* from, Picture& picture) {
  const auto colors = static_cast<std::size_t>(picture.colors);
  const auto width = static_cast<std::size_t>(picture.width);
  for (std::size_t row = 0; row < pass.rows(picture); ++row) {
    std::uint8_t* to = picture.bytes.data() + ((pass.y + row * pass.dy) * width + pass.x) * colors;
    for (std::size_t column = 0; column < pass.columns(picture); ++column) {
      std::memcpy(to, from, colors);
      from += colors;
      to += pass.dx * colors;
    }
  }
}

}  // namespace

const std::string* Picture::find_text(std::string_view keyword) const {
  const auto found =
      std::find_if(texts.begin(), texts.end(), [&](const PngText& one) { return one.keyword == keyword; });
  return found == texts.end() ? nullptr : &found->words;
}

struct PictureDecoder::Inflater {
  inflate_state state{};
};

PictureDecoder::PictureDecoder() : inflater_(std::make_unique<Inflater>()) {}
PictureDecoder::~PictureDecoder() = default;

// Inflates into rows_. The stream must have exactly the expected size, so decompression bombs cost nothing.
void PictureDecoder::inflate(std::span<const std::string_view> image_data, std::size_t expected) {
  std::string_view stream = image_data.front();
  if (image_data.size() > 1) {
    joined_.clear();
    for (const std::string_view part : image_data) joined_.insert(joined_.end(), part.begin(), part.end());
    stream = {joined_.data(), joined_.size()};
  }
  rows_.resize(expected);
  inflate_state& state = inflater_->state;
  isal_inflate_init(&state);
  state.crc_flag = ISAL_ZLIB;
  // isa-l only reads this argument, although it is not const.
  state.next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(stream.data()));
  state.avail_in = static_cast<std::uint32_t>(stream.size());
  state.next_out = rows_.data();
  state.avail_out = static_cast<std::uint32_t>(expected);
  switch (isal_inflate_stateless(&state)) {
    case ISAL_DECOMP_OK:
      break;
    case ISAL_END_INPUT:
      throw_damaged_png("its image data are cut short");
    case ISAL_OUT_OVERFLOW:
      throw_damaged_png("its image data hold more than its pixels");
    case ISAL_INCORRECT_CHECKSUM:
      throw_damaged_png("the checksum of its image data does not match");
    default:
      throw_damaged_png("its image data cannot be inflated");
  }
  if (state.avail_out != 0) throw_damaged_png("its image data hold fewer than its pixels");
}

void PictureDecoder::decode(std::string_view file, Picture& picture) {
  PngFile png = parse_png(file);
  check_supported(png);
  picture.height = static_cast<int>(png.height);
  picture.width = static_cast<int>(png.width);
  picture.texts = std::move(png.texts);
  picture.colors = png.color_type == PngFile::kGray ? 1 : 3;
  const std::span<const PngPass> passes = png.interlaced ? std::span<const PngPass>(kInterlaced) : kNotInterlaced;
  std::size_t filtered = 0;
  for (const PngPass& pass : passes) filtered += pass.filtered_bytes(picture);
  inflate(png.image_data, filtered);
  picture.bytes.resize(std::size_t{png.width} * png.height * static_cast<std::size_t>(picture.colors));
  std::span<const std::uint8_t> rest(rows_);
  for (const PngPass& pass : passes) {
    const auto rows = rest.first(pass.filtered_bytes(picture));
    rest = rest.subspan(rows.size());
    if (!png.interlaced) {
      undo_filters(rows, pass.row_bytes(picture), picture.colors, picture.bytes.data());
      continue;
    }
    pass_.resize(rows.size());
    undo_filters(rows, pass.row_bytes(picture), picture.colors, pass_.data());
    if (!rows.empty()) copy_pass(pass, pass_.data(), picture);
  }
}

}  // namespace jetvit
