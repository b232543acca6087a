#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace jetvit {

struct Color {
  double red = 0, green = 0, blue = 0, alpha = 1;
};

// Distinct colors for curves, from the color-blind safe palette of Okabe and Ito.
inline constexpr std::size_t kCurveColors = 7;
Color curve_color(std::size_t index);

// Maps 0..1 to a color scale of increasing brightness: black, violet, orange, pale yellow.
Color heat_color(double value);

// Maps -1..1 to blue, white, red.
Color difference_color(double value);

enum class Align { kLeft, kCenter, kRight };

// A drawing surface for PNG or SVG. All lengths are in points.
class Canvas {
 public:
  virtual ~Canvas() = default;
  virtual void line(const std::vector<std::pair<double, double>>& points, const Color& color, double width,
                    bool dashed = false) = 0;
  virtual void rectangle(double x, double y, double width, double height, const Color& fill) = 0;
  virtual void frame(double x, double y, double width, double height, const Color& color) = 0;
  virtual void label(double x, double y, const std::string& words, double size, Align align, bool upright = false) = 0;
  virtual void clip(double x, double y, double width, double height) = 0;
  virtual void unclip() = 0;
};

// Draws to `stem`.png (at twice the resolution) and to `stem`.svg. Both files are written durably. Throws Error.
void draw_picture(const std::filesystem::path& stem, double width, double height,
                  const std::function<void(Canvas&)>& draw);

// Draws to a PNG only: for pictures of images with many pixels. Throws Error.
void draw_png(const std::filesystem::path& path, double width, double height, const std::function<void(Canvas&)>& draw);

}  // namespace jetvit
