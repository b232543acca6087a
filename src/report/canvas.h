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

// Distinct colours for curves (the palette of Okabe and Ito, readable with colour-blindness).
inline constexpr std::size_t kCurveColors = 7;
Color curve_color(std::size_t index);

// 0..1 to a perceptually rising ramp from black over violet and orange to pale yellow.
Color heat_color(double value);

// -1..1 from blue over white to red.
Color difference_color(double value);

enum class Align { kLeft, kCenter, kRight };

// A drawing surface in points, the same for PNG and SVG.
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

// Draws once to `stem`.png (at twice the resolution) and once to `stem`.svg, both durably.
void draw_picture(const std::filesystem::path& stem, double width, double height,
                  const std::function<void(Canvas&)>& draw);

// Only the PNG: for images of many pixels.
void draw_png(const std::filesystem::path& path, double width, double height, const std::function<void(Canvas&)>& draw);

}  // namespace jetvit
