#include "report/axes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "report/label_text.h"

namespace jetvit {
namespace {

constexpr Color kInk = {0.2, 0.2, 0.2};
constexpr double kWidthOfLetter = 0.6;  // average, in units of the font size
constexpr Color kGrid = {0.88, 0.88, 0.88};

double share(const Axis& axis, double value) {
  if (axis.log) return std::log(value / axis.low) / std::log(axis.high / axis.low);
  return (value - axis.low) / (axis.high - axis.low);
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
  if (!(axis.high > axis.low)) return ticks;
  const double raw = (axis.high - axis.low) / 5;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  const double factor = raw / power;
  double step = power * (factor < 1.5 ? 1 : (factor < 3.5 ? 2 : (factor < 7.5 ? 5 : 10)));
  if (axis.integer_ticks) step = std::max(step, 1.0);
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
  constexpr double kDigitWidth = 0.65 * kTickSize;
  const auto words_of = [](const Axis& axis, const std::vector<double>& ticks) {
    std::vector<std::string> words;
    for (const double tick : ticks) {
      words.push_back(tick_text(tick, axis.log || ticks.size() < 2 ? std::abs(tick) : ticks[1] - ticks[0]));
    }
    return words;
  };
  const std::vector<double> columns = ticks_of(horizontal_);
  const std::vector<std::string> below = words_of(horizontal_, columns);
  for (std::size_t tick = 0; tick < columns.size(); ++tick) {
    const double x = to_x(columns[tick]);
    canvas_.line({{x, y_}, {x, y_ + height_}}, kGrid, 0.6);
    canvas_.label(x, y_ + height_ + 13, below[tick], kTickSize, Align::kCenter);
  }
  const std::vector<double> rows = ticks_of(vertical_);
  const std::vector<std::string> left = words_of(vertical_, rows);
  std::size_t widest = 0;
  for (std::size_t tick = 0; tick < rows.size(); ++tick) {
    const double y = to_y(rows[tick]);
    canvas_.line({{x_, y}, {x_ + width_, y}}, kGrid, 0.6);
    canvas_.label(x_ - 5, y + 3, left[tick], kTickSize, Align::kRight);
    widest = std::max(widest, character_count(left[tick]));
  }
  canvas_.frame(x_, y_, width_, height_, kInk);
  constexpr double kTitleSize = 10.5;
  const auto room = [](double points) { return static_cast<std::size_t>(points / (kWidthOfLetter * kTitleSize)); };
  canvas_.label(x_ + width_ / 2, y_ + height_ + 29, shortened(horizontal_.title, room(width_)), kTitleSize,
                Align::kCenter);
  canvas_.label(x_ - 14 - kDigitWidth * static_cast<double>(widest), y_ + height_ / 2,
                shortened(vertical_.title, room(height_)), kTitleSize, Align::kCenter, /*upright=*/true);
}

void Axes::curve(const std::vector<std::pair<double, double>>& points, const Color& color, double width, bool dashed) {
  std::vector<std::pair<double, double>> line;
  for (const auto& [x, y] : points) {
    if (std::isfinite(x) && std::isfinite(y)) line.emplace_back(to_x(x), to_y(y));
  }
  canvas_.clip(x_, y_, width_, height_);
  canvas_.line(line, color, width, dashed);
  canvas_.unclip();
}

void Axes::point(double x, double y, const Color& color) {
  constexpr double kSide = 7;
  canvas_.rectangle(to_x(x) - kSide / 2, to_y(y) - kSide / 2, kSide, kSide, color);
}

void Axes::legend(std::size_t line, const std::string& words, const Color& color, Legend position, bool dashed) {
  const double away = kLegendStep * static_cast<double>(line);
  const bool right = position != Legend::kBelow;
  double y = y_ + 16 + away;
  if (position == Legend::kBelow) y = y_ + height_ + 50 + away;
  const double x = right ? x_ + width_ - 10 : x_;
  const double end = right ? x - 20 : x + 20;
  canvas_.line({{x, y - 3}, {end, y - 3}}, color, 2, dashed);
  constexpr double kSize = 9;
  const auto room = static_cast<std::size_t>(std::max(8.0, (width_ - 45) / (kWidthOfLetter * kSize)));
  canvas_.label(right ? end - 5 : end + 5, y, shortened(words, room), kSize, right ? Align::kRight : Align::kLeft);
}

}  // namespace jetvit
