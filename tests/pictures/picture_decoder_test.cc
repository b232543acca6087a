#include "pictures/picture_decoder.h"

#include <cstring>
#include <memory>

#include <cairo.h>
#include <gmock/gmock.h>

#include "base/random_stream.h"
#include "pictures/png_bytes.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

using test::png_chunk;
using test::PngBytes;

constexpr std::uint32_t kSides[][2] = {{1, 1}, {3, 2}, {4, 9}, {1, 30}, {30, 1}, {8, 8}, {17, 33}, {125, 125}};

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, DestroySurface>;

// The pixels as read by cairo with libpng: red, green, blue.
std::vector<std::uint8_t> by_libpng(std::string_view file) {
  const auto read = [](void* closure, unsigned char* data, unsigned int length) {
    auto& rest = *static_cast<std::string_view*>(closure);
    if (rest.size() < length) return CAIRO_STATUS_READ_ERROR;
    std::memcpy(data, rest.data(), length);
    rest.remove_prefix(length);
    return CAIRO_STATUS_SUCCESS;
  };
  const Surface surface(cairo_image_surface_create_from_png_stream(read, &file));
  EXPECT_EQ(cairo_surface_status(surface.get()), CAIRO_STATUS_SUCCESS);
  EXPECT_EQ(cairo_image_surface_get_format(surface.get()), CAIRO_FORMAT_RGB24);
  std::vector<std::uint8_t> pixels;
  for (int row = 0; row < cairo_image_surface_get_height(surface.get()); ++row) {
    const unsigned char* line =
        cairo_image_surface_get_data(surface.get()) + row * cairo_image_surface_get_stride(surface.get());
    for (int column = 0; column < cairo_image_surface_get_width(surface.get()); ++column) {
      for (const int color : {2, 1, 0}) pixels.push_back(line[4 * column + color]);
    }
  }
  return pixels;
}

std::vector<std::uint8_t> decoded(PictureDecoder& decoder, std::string_view file) {
  Picture picture;
  decoder.decode(file, picture);
  std::vector<std::uint8_t> pixels;
  for (const std::uint8_t byte : picture.bytes) pixels.insert(pixels.end(), picture.colors == 1 ? 3 : 1, byte);
  return pixels;
}

// Appends rows of random bytes, each with a random one of the five filters. Any such rows are a valid image.
void append_rows(RandomStream& random, std::uint32_t width, std::uint32_t height, std::size_t colors,
                 std::string& rows) {
  if (width == 0) return;
  for (std::uint32_t row = 0; row < height; ++row) {
    rows.push_back(static_cast<char>(random.below(5)));
    for (std::size_t byte = 0; byte < width * colors; ++byte) {
      rows.push_back(static_cast<char>(random.below(3) == 0 ? random.below(256) : 0));
    }
  }
}

TEST(PictureDecoder, ReadsEveryFilterAndOrderAsLibpng) {
  RandomStream random{{2, 1}};
  PictureDecoder decoder;
  for (const auto& [width, height] : kSides) {
    for (const bool gray : {true, false}) {
      for (const bool interlaced : {false, true}) {
        SCOPED_TRACE(testing::Message() << width << " x " << height << (gray ? " gray" : "") << interlaced);
        PngBytes png;
        png.width = width;
        png.height = height;
        png.color_type = gray ? 0 : 2;
        png.interlace = interlaced ? 1 : 0;
        png.rows.clear();
        png.before = png_chunk("gAMA", "abcd");
        png.part = 1 + random.below(500);
        const std::size_t colors = gray ? 1 : 3;
        if (!interlaced) append_rows(random, width, height, colors, png.rows);
        // The 8 x 8 pattern of passes: PNG specification, section 8.2.
        const std::string_view pattern = "1646264677777777565656567777777736463646777777775656565677777777";
        for (char pass = '1'; interlaced && pass <= '7'; ++pass) {
          std::uint32_t columns = 0;
          std::uint32_t lines = 0;
          for (std::uint32_t y = 0; y < height; ++y) {
            std::uint32_t of_line = 0;
            for (std::uint32_t x = 0; x < width; ++x) of_line += pattern[y % 8 * 8 + x % 8] == pass ? 1 : 0;
            columns = std::max(columns, of_line);
            lines += of_line > 0 ? 1 : 0;
          }
          append_rows(random, columns, lines, colors, png.rows);
        }
        const std::string file = png.file();
        EXPECT_EQ(decoded(decoder, file), by_libpng(file));
      }
    }
  }
}

TEST(PictureDecoder, ReadsWhatLibpngWrites) {
  RandomStream random{{2, 2}};
  PictureDecoder decoder;
  for (const auto& [width, height] : kSides) {
    for (const std::uint64_t empty : {1, 2, 50}) {  // one in `empty` color values is not 0
      const auto columns = static_cast<int>(width);
      const auto lines = static_cast<int>(height);
      const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, columns, lines));
      std::vector<std::uint8_t> expected;
      for (int row = 0; row < lines; ++row) {
        unsigned char* line =
            cairo_image_surface_get_data(surface.get()) + row * cairo_image_surface_get_stride(surface.get());
        for (int column = 0; column < columns; ++column) {
          for (const int color : {2, 1, 0}) {
            line[4 * column + color] = static_cast<unsigned char>(random.below(empty) == 0 ? random.below(256) : 0);
            expected.push_back(line[4 * column + color]);
          }
        }
      }
      cairo_surface_mark_dirty(surface.get());
      std::string file;
      const auto write = [](void* closure, const unsigned char* data, unsigned int length) {
        static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
        return CAIRO_STATUS_SUCCESS;
      };
      ASSERT_EQ(cairo_surface_write_to_png_stream(surface.get(), write, &file), CAIRO_STATUS_SUCCESS);
      EXPECT_EQ(decoded(decoder, file), expected) << width << " x " << height << ", one in " << empty;
    }
  }
}

class RefusedPicture : public ::testing::Test {
 protected:
  void decode(const std::string& file) {
    Picture picture;
    decoder_.decode(file, picture);
  }

  PictureDecoder decoder_;
  PngBytes png_;
};

TEST_F(RefusedPicture, IfTheHeaderIsNotSupported) {
  ASSERT_NO_THROW(decode(png_.file()));
  const auto with = [&](auto change) {
    PngBytes png = png_;
    change(png);
    return png.file();
  };
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.bits = 16; })), Error, "16-bit gray (expected 8-bit");
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.color_type = 3; })), Error, "8-bit palette");
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.color_type = 4; })), Error, "gray with transparency");
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.color_type = 6; })), Error, "RGB with transparency");
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.color_type = 5; })), Error, "damaged PNG (its header states");
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.compression = 1; })), Error, "unknown method");
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.filters = 1; })), Error, "unknown method");
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.interlace = 2; })), Error, "unknown method");
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.width = 0; })), Error, "has no pixels");
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.width = 4097; })), Error, "has 4097 x 1 pixels (limit 65536");
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.width = png.height = 257; })), Error, "has 257 x 257 pixels");
  EXPECT_ERROR(decode(with([](PngBytes& png) { png.width = png.height = 0xffffffff; })), Error, "limit 65536");
}

TEST_F(RefusedPicture, IfTheImageDataDoNotMatchThePixels) {
  png_.rows = std::string(std::size_t{64} << 20, '\0');  // a decompression bomb
  EXPECT_ERROR(decode(png_.file()), Error, "hold more than its pixels");
  png_.rows = std::string(3, '\0');
  EXPECT_ERROR(decode(png_.file()), Error, "hold more than its pixels");
  png_.rows = std::string(1, '\0');
  EXPECT_ERROR(decode(png_.file()), Error, "hold fewer than its pixels");
  png_.rows = std::string("\5\0", 2);
  EXPECT_ERROR(decode(png_.file()), Error, "unknown filter");
  png_.rows = std::string(2, '\0');
  std::string stream = png_.image_data();
  EXPECT_ERROR(decode(png_.file(stream.substr(0, stream.size() - 1))), Error, "are cut short");
  EXPECT_ERROR(decode(png_.file("")), Error, "holds no image data");
  EXPECT_NO_THROW(decode(png_.file(stream + "after")));
  stream.back() = static_cast<char>(stream.back() ^ 1);
  EXPECT_ERROR(decode(png_.file(stream)), Error, "the checksum of its image data does not match");
  stream[2] = static_cast<char>(stream[2] | 6);  // a block of the reserved type
  EXPECT_ERROR(decode(png_.file(stream)), Error, "cannot be inflated");
}

TEST_F(RefusedPicture, IfChunksAreMisplacedOrUnknown) {
  const std::string more = png_chunk("IDAT", "more");
  png_.after = png_chunk("tEXt", "words") + more;
  EXPECT_ERROR(decode(png_.file()), Error, "are not contiguous");
  png_.after = png_chunk("IHDR", std::string(13, '\0'));
  EXPECT_ERROR(decode(png_.file()), Error, "its chunk IHDR is unknown");
  png_.after = png_chunk("FUN\x1b", "");
  EXPECT_ERROR(decode(png_.file()), Error, "is unknown");
  png_.after = png_chunk("tEXt", "words") + png_chunk("tIME", "");
  EXPECT_NO_THROW(decode(png_.file()));
  EXPECT_NO_THROW(decode(png_.file() + "after"));
  std::string damaged = png_chunk("tIME", "words");
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  png_.after = damaged;
  EXPECT_ERROR(decode(png_.file()), Error, "the checksum of its chunk tIME does not match");
  png_.after = test::big_endian(0xffffffff) + "tEXt";
  EXPECT_ERROR(decode(png_.file()), Error, "it is cut short");
}

}  // namespace
}  // namespace jetvit
