#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/canvas.h"

namespace jetvit {

// How the values of an image become colours. Magnitudes: logarithmic from `low` to `top`, zero in the lowest colour.
// Signed values: the cube root of value / top, from -1 to 1, which shows small values of either sign.
class ColorScale {
 public:
  // Fitted to the values; at most four decades of magnitudes.
  ColorScale(const std::vector<double>& values, bool is_signed);

  double top() const { return top_; }
  double low() const { return low_; }
  double place(double value) const;  // on the colour bar, 0 (bottom) to 1
  Color color(double value) const { return color_at(place(value)); }
  Color color_at(double place) const;

  // (value, words) to write beside the colour bar; whole numbers only where all values are, as for counts of hits.
  std::vector<std::pair<double, std::string>> ticks() const;

  // How values are placed, for the reader of the bar: "log" or "cube root".
  std::string name() const { return is_signed_ ? "cube root" : "log"; }

  // The bar of colours with its ticks, `height` tall and `kBarWidth` wide, and above it the name and, where there is
  // one, the unit.
  void draw_bar(Canvas& canvas, double x, double y, double height, const std::string& unit) const;
  static constexpr double kBarWidth = 10;

 private:
  double top_ = 1, low_ = 0.1;
  bool is_signed_;
  bool is_whole_;  // all values are whole numbers
};

}  // namespace jetvit
