#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/canvas.h"

namespace jetvit {

// Maps the values of an image to colors. Magnitudes use a logarithmic scale from `low` to `top`; zero has the lowest
// color. Signed values use the cube root of value / top, from -1 to 1, so that small values of either sign are visible.
class ColorScale {
 public:
  // The range follows from the values. It covers at most four decades of magnitudes.
  ColorScale(const std::vector<double>& values, bool is_signed);

  double top() const { return top_; }
  double low() const { return low_; }
  double position(double value) const;  // on the color bar, 0 (bottom) to 1 (top)
  Color color(double value) const { return color_at(position(value)); }
  Color color_at(double position) const;

  // The ticks of the color bar as (value, label). Only integers if all values are integers, such as counts of hits.
  std::vector<std::pair<double, std::string>> ticks() const;

  // The kind of scale, written above the bar: "log" or "cube root".
  std::string name() const { return is_signed_ ? "cube root" : "log"; }

  // Draws the color bar with its ticks, `height` tall and `kBarWidth` wide. Above it are the name and the unit, if any.
  void draw_bar(Canvas& canvas, double x, double y, double height, const std::string& unit) const;
  static constexpr double kBarWidth = 10;

 private:
  double top_ = 1, low_ = 0.1;
  bool is_signed_;
  bool is_whole_;  // all values are integers
};

}  // namespace jetvit
