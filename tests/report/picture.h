#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <cairo.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "report/canvas.h"

namespace jetvit::test {

// A decoded PNG. Positions are in points of two pixels each.
class Picture {
 public:
  explicit Picture(const std::filesystem::path& path) : surface_(cairo_image_surface_create_from_png(path.c_str())) {
    EXPECT_EQ(cairo_surface_status(surface_), CAIRO_STATUS_SUCCESS) << path;
  }
  ~Picture() { cairo_surface_destroy(surface_); }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  int width() const { return cairo_image_surface_get_width(surface_); }
  int height() const { return cairo_image_surface_get_height(surface_); }

  // Whether a pixel within `reach` points of the position has the color.
  bool has(double x, double y, const Color& color, double reach = 1.5) const {
    const unsigned char* data = cairo_image_surface_get_data(surface_);
    const int stride = cairo_image_surface_get_stride(surface_);
    for (int row = static_cast<int>(2 * (y - reach)); row <= 2 * (y + reach); ++row) {
      for (int column = static_cast<int>(2 * (x - reach)); column <= 2 * (x + reach); ++column) {
        if (row < 0 || column < 0 || row >= height() || column >= width()) continue;
        const unsigned char* pixel = data + static_cast<std::ptrdiff_t>(row) * stride + 4 * column;  // B, G, R
        const auto near = [](unsigned char byte, double share) { return std::abs(byte - 255 * share) < 12; };
        if (near(pixel[2], color.red) && near(pixel[1], color.green) && near(pixel[0], color.blue)) return true;
      }
    }
    return false;
  }

 private:
  cairo_surface_t* surface_;
};

// Whether the file is well-formed XML as cairo writes it: every element closed in order, quotes balanced, no bare "<"
// or "&", and an <svg> of the given size around it.
inline void expect_svg(const std::filesystem::path& path, const std::string& width) {
  const std::string document = read_text_file(path, 1 << 26);
  EXPECT_NE(document.find("<svg"), std::string::npos) << path;
  EXPECT_NE(document.find("width=\"" + width), std::string::npos) << path;
  std::vector<std::string> open;
  for (std::size_t at = document.find('<'); at != std::string::npos; at = document.find('<', at)) {
    const std::size_t end = document.find('>', at);
    ASSERT_NE(end, std::string::npos) << path;
    const std::string inside = document.substr(at + 1, end - at - 1);
    at = end;
    EXPECT_EQ(inside.find('<'), std::string::npos) << path << ": " << inside;
    EXPECT_EQ(std::count(inside.begin(), inside.end(), '"') % 2, 0) << path << ": " << inside;
    if (inside.starts_with("?") || inside.starts_with("!")) continue;
    if (inside.starts_with("/")) {
      ASSERT_FALSE(open.empty()) << path;
      EXPECT_EQ("/" + open.back(), inside) << path;
      open.pop_back();
    } else if (!inside.ends_with("/")) {
      open.push_back(inside.substr(0, inside.find_first_of(" \n")));
    }
  }
  EXPECT_TRUE(open.empty()) << path;
  for (const char* word : {"nan", "inf"}) {
    EXPECT_EQ(document.find(std::string("\"") + word), std::string::npos) << path;
    EXPECT_EQ(document.find(std::string(" ") + word), std::string::npos) << path;
  }
}

}  // namespace jetvit::test
