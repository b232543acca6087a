#include "report/color_scale.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(ColorScale, MagnitudesRunFromZeroToTheTop) {
  const ColorScale scale({0, 0.02, 3, 50}, false);
  EXPECT_EQ(scale.position(0), 0);
  EXPECT_EQ(scale.position(50), 1);
  EXPECT_GT(scale.position(0.02), 0);  // the smallest value differs from zero
  EXPECT_NEAR(scale.position(std::sqrt(50 * scale.low())), 0.5, 1e-12);
}

TEST(ColorScale, FourDecadesAtMost) {
  const ColorScale scale({1e-9, 100}, false);
  EXPECT_NEAR(scale.low(), 0.01, 1e-12);
  ASSERT_EQ(scale.ticks().size(), 5U);
  EXPECT_EQ(scale.ticks().front().second, "0.01");
  EXPECT_EQ(scale.ticks().back().second, "100");
}

TEST(ColorScale, CountsOfHitsGetIntegerTicks) {
  const auto words = [](const std::vector<double>& values) {
    std::vector<std::string> out;
    for (const auto& [value, tick] : ColorScale(values, false).ticks()) {
      EXPECT_EQ(tick, std::to_string(std::lround(value)));
      out.push_back(tick);
    }
    return out;
  };
  EXPECT_EQ(words({0, 1, 2, 1}), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(words({0, 1}), (std::vector<std::string>{"1"}));
  EXPECT_EQ(words({0, 3, 1, 23}), (std::vector<std::string>{"1", "2", "5", "10", "20"}));
  EXPECT_EQ(words({1, 4000}), (std::vector<std::string>{"1", "10", "100", "1000"}));
  // Their averages are not counts.
  EXPECT_EQ(ColorScale({0, 0.4, 2}, false).ticks().front().second, "0.1");
}

// A canvas that collects the labels of a color bar.
class Labels : public Canvas {
 public:
  void line(const std::vector<std::pair<double, double>>& /*points*/, const Color& /*color*/, double /*width*/,
            bool /*dashed*/) override {}
  void rectangle(double /*x*/, double /*y*/, double /*width*/, double /*height*/, const Color& /*fill*/) override {}
  void frame(double /*x*/, double /*y*/, double /*width*/, double /*height*/, const Color& /*color*/) override {}
  void label(double /*x*/, double /*y*/, const std::string& words, double /*size*/, Align /*align*/,
             bool /*upright*/) override {
    written.insert(words);
  }
  void clip(double /*x*/, double /*y*/, double /*width*/, double /*height*/) override {}
  void unclip() override {}

  std::set<std::string> written;
};

std::set<std::string> labels_of(const ColorScale& scale, const std::string& unit) {
  Labels canvas;
  scale.draw_bar(canvas, 0, 0, 100, unit);
  return canvas.written;
}

TEST(ColorScale, BarNamesItsScale) {
  EXPECT_EQ(labels_of(ColorScale({-1, 8}, true), "sigma"),
            (std::set<std::string>{"[sigma]", "cube root", "8.0", "1.0", "0", "−1.0", "−8.0"}));
  EXPECT_EQ(labels_of(ColorScale({0, 1, 2}, false), "hits"), (std::set<std::string>{"[hits]", "log", "1", "2"}));
  EXPECT_EQ(labels_of(ColorScale({0, 1}, false), ""), (std::set<std::string>{"log", "1"}));

  // "log": the geometric mean of the ends is in the middle. "cube root": an eighth of the top is at a quarter.
  const ColorScale magnitudes({1, 100}, false);
  EXPECT_EQ(magnitudes.name(), "log");
  EXPECT_NEAR(magnitudes.position(std::sqrt(magnitudes.low() * magnitudes.top())), 0.5, 1e-12);
  const ColorScale both({-1, 2}, true);
  EXPECT_EQ(both.name(), "cube root");
  EXPECT_NEAR(both.position(2. / 8) - both.position(0), 0.25, 1e-12);
}

TEST(ColorScale, SignedValuesAreSymmetric) {
  const ColorScale scale({-8, 1, 2}, true);
  EXPECT_EQ(scale.position(0), 0.5);
  EXPECT_EQ(scale.position(-8), 0);
  EXPECT_EQ(scale.position(8), 1);
  EXPECT_NEAR(scale.position(1), 0.75, 1e-12);  // the tick at an eighth is halfway
  EXPECT_EQ(scale.ticks().front().second, "8.0");
  EXPECT_EQ(scale.ticks().back().second, "−8.0");
  const Color zero = scale.color(0);
  EXPECT_EQ(zero.red + zero.green + zero.blue, 3);  // white
}

TEST(ColorScale, EmptyAndZeroImages) {
  for (const bool is_signed : {false, true}) {
    for (const auto& values : {std::vector<double>{}, std::vector<double>{0, 0}, std::vector<double>{NAN, INFINITY}}) {
      const ColorScale scale(values, is_signed);
      EXPECT_TRUE(std::isfinite(scale.position(0)));
      EXPECT_FALSE(scale.ticks().empty());
    }
  }
}

}  // namespace
}  // namespace jetvit
