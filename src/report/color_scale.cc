#include "report/color_scale.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/label_text.h"

namespace jetvit {
namespace {

constexpr double kDecades = 4;

// Two significant digits of a bound that is not round.
std::string two_digits(double value) {
  const double size = std::abs(value);
  return tick_text(value, std::pow(10, std::floor(std::log10(size)) - (size < 10 ? 1 : 0)));
}

}  // namespace

ColorScale::ColorScale(const std::vector<double>& values, bool is_signed)
    : is_signed_(is_signed),
      is_whole_(std::all_of(values.begin(), values.end(), [](double value) { return value == std::trunc(value); })) {
  double top = 0;
  double least = INFINITY;
  for (const double value : values) {
    const double size = std::abs(value);
    if (!std::isfinite(size) || size == 0) continue;
    top = std::max(top, size);
    least = std::min(least, size);
  }
  if (top == 0) return;
  top_ = top;
  // A quarter of the smallest value, so that this value is distinguishable from zero.
  low_ = std::max(least / 4, top * std::pow(10, -kDecades));
}

double ColorScale::position(double value) const {
  if (is_signed_) return 0.5 + 0.5 * std::clamp(std::cbrt(value / top_), -1.0, 1.0);
  if (!(value > low_)) return 0;
  return std::min(1.0, std::log(value / low_) / std::log(top_ / low_));
}

Color ColorScale::color_at(double position) const {
  return is_signed_ ? difference_color(2 * position - 1) : heat_color(position);
}

std::vector<std::pair<double, std::string>> ColorScale::ticks() const {
  if (is_signed_) {
    return {{top_, two_digits(top_)},
            {top_ / 8, two_digits(top_ / 8)},
            {0, "0"},
            {-top_ / 8, two_digits(-top_ / 8)},
            {-top_, two_digits(-top_)}};
  }
  std::vector<std::pair<double, std::string>> out;
  const bool wide = top_ / low_ > 1000;
  for (int power = static_cast<int>(std::floor(std::log10(low_))); power <= std::log10(top_); ++power) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (wide && factor != 1) continue;
      const double value = factor * std::pow(10, power);
      if (is_whole_ && power < 0) continue;
      // With a tolerance for rounding, so that a bound that is a round number gets a tick.
      if (value < low_ * (1 - 1e-6) || value > top_ * (1 + 1e-6)) continue;
      out.emplace_back(value, tick_text(value, std::pow(10, power)));
    }
  }
  return out;
}

void ColorScale::draw_bar(Canvas& canvas, double x, double y, double height, const std::string& unit) const {
  constexpr int kSteps = 64;
  for (int step = 0; step < kSteps; ++step) {
    const double top = y + height * (1 - (step + 1.0) / kSteps);
    canvas.rectangle(x, top, kBarWidth, height / kSteps + 0.5, color_at((step + 0.5) / kSteps));
  }
  canvas.frame(x, y, kBarWidth, height, {0.2, 0.2, 0.2});
  for (const auto& [value, words] : ticks()) {
    const double at = y + height * (1 - position(value));
    canvas.line({{x + kBarWidth, at}, {x + kBarWidth + 3, at}}, {0.2, 0.2, 0.2}, 0.8);
    canvas.label(x + kBarWidth + 5, at + 3, words, 8, Align::kLeft);
  }
  canvas.label(x, y - 6, name(), 8, Align::kLeft);
  if (!unit.empty()) canvas.label(x, y - 15, text("[", unit, "]"), 8, Align::kLeft);
}

}  // namespace jetvit
