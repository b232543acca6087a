#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/canvas.h"

namespace jetvit {

struct Axis {
  std::string title;
  double low = 0, high = 1;
  bool log = false;
  bool integer_ticks = false;  // ticks at integers only
};

// A plotting area with two axes, ticks and a grid. Positions on the canvas are in points.
class Axes {
 public:
  Axes(Canvas& canvas, double x, double y, double width, double height, Axis horizontal, Axis vertical);

  double to_x(double value) const;
  double to_y(double value) const;
  void curve(const std::vector<std::pair<double, double>>& points, const Color& color, double width = 1.6,
             bool dashed = false);
  void point(double x, double y, const Color& color);  // a square mark
  // Draws one line of the legend (kLegendStep points high), counted downwards from the top of the area or from below
  // the axis title. Text that is too wide is shortened in the middle.
  enum class Legend : std::uint8_t { kTopRight, kBelow };
  static constexpr double kLegendStep = 14;
  void legend(std::size_t line, const std::string& words, const Color& color, Legend position, bool dashed = false);

 private:
  void draw_ticks();

  Canvas& canvas_;
  double x_, y_, width_, height_;
  Axis horizontal_, vertical_;
};

// The positions of the ticks: round numbers between low and high, or powers of ten on a log axis.
std::vector<double> ticks_of(const Axis& axis);

}  // namespace jetvit
