#include "report/axes.h"

#include <cmath>
#include <utility>

#include "base/text.h"

namespace jetvit {
namespace {

constexpr Color kInk = {0.2, 0.2, 0.2};
constexpr Color kGrid = {0.88, 0.88, 0.88};

double share(const Axis& axis, double value) {
  if (axis.log) return std::log(value / axis.low) / std::log(axis.high / axis.low);
  return (value - axis.low) / (axis.high - axis.low);
}

std::string tick_text(double value) {
  const double size = std::abs(value);
  if (size >= 1e5 || (size > 0 && size < 1e-3)) return text(static_cast<float>(value));
  std::string words = fixed(value, size >= 100 ? 0 : 3);
  if (words.find('.') != std::string::npos) {
    words.erase(words.find_last_not_of('0') + 1);
    if (words.back() == '.') words.pop_back();
  }
  return words == "-0" ? "0" : words;
}

}  // namespace

std::vector<double> ticks_of(const Axis& axis) {
  std::vector<double> ticks;
  if (axis.log) {
    for (double tick = std::pow(10, std::ceil(std::log10(axis.low) - 1e-9)); tick <= axis.high * (1 + 1e-9);
         tick *= 10) {
      ticks.push_back(tick);
    }
    return ticks;
  }
  const double raw = (axis.high - axis.low) / 5;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  const double factor = raw / power;
  const double step = power * (factor < 1.5 ? 1 : (factor < 3.5 ? 2 : (factor < 7.5 ? 5 : 10)));
  const auto last = static_cast<long>(std::floor(axis.high / step + 1e-9));
  for (auto index = static_cast<long>(std::ceil(axis.low / step - 1e-9)); index <= last; ++index) {
    ticks.push_back(static_cast<double>(index) * step);
  }
  return ticks;
}

Axes::Axes(Canvas& canvas, double x, double y, double width, double height, Axis horizontal, Axis vertical)
    : canvas_(canvas),
      x_(x),
      y_(y),
      width_(width),
      height_(height),
      horizontal_(std::move(horizontal)),
      vertical_(std::move(vertical)) {
  draw_ticks();
}

double Axes::to_x(double value) const {
  return x_ + width_ * share(horizontal_, value);
}

double Axes::to_y(double value) const {
  return y_ + height_ * (1 - share(vertical_, value));
}

void Axes::draw_ticks() {
  constexpr double kTickSize = 9;
  for (const double tick : ticks_of(horizontal_)) {
    canvas_.line({{to_x(tick), y_}, {to_x(tick), y_ + height_}}, kGrid, 0.6);
    canvas_.label(to_x(tick), y_ + height_ + 13, tick_text(tick), kTickSize, Align::kCenter);
  }
  for (const double tick : ticks_of(vertical_)) {
    canvas_.line({{x_, to_y(tick)}, {x_ + width_, to_y(tick)}}, kGrid, 0.6);
    canvas_.label(x_ - 5, to_y(tick) + 3, tick_text(tick), kTickSize, Align::kRight);
  }
  canvas_.frame(x_, y_, width_, height_, kInk);
  canvas_.label(x_ + width_ / 2, y_ + height_ + 29, horizontal_.title, 10.5, Align::kCenter);
  canvas_.label(x_ - 40, y_ + height_ / 2, vertical_.title, 10.5, Align::kCenter, /*upright=*/true);
}

void Axes::curve(const std::vector<std::pair<double, double>>& points, const Color& color, double width, bool dashed) {
  std::vector<std::pair<double, double>> places;
  for (const auto& [x, y] : points) {
    if (std::isfinite(x) && std::isfinite(y)) places.emplace_back(to_x(x), to_y(y));
  }
  canvas_.clip(x_, y_, width_, height_);
  canvas_.line(places, color, width, dashed);
  canvas_.unclip();
}

void Axes::legend(std::size_t line, const std::string& words, const Color& color, bool right) {
  const double y = y_ + 16 + 14 * static_cast<double>(line);
  const double x = right ? x_ + width_ - 10 : x_ + 10;
  const double end = right ? x - 20 : x + 20;
  canvas_.line({{x, y - 3}, {end, y - 3}}, color, 2);
  canvas_.label(right ? end - 5 : end + 5, y, words, 9, right ? Align::kRight : Align::kLeft);
}

}  // namespace jetvit
