#include "report/color_scale.h"

#include <cmath>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(ColorScale, MagnitudesRunFromZeroToTheTop) {
  const ColorScale scale({0, 0.02, 3, 50}, false);
  EXPECT_EQ(scale.place(0), 0);
  EXPECT_EQ(scale.place(50), 1);
  EXPECT_GT(scale.place(0.02), 0);  // the least value differs from nothing
  EXPECT_NEAR(scale.place(std::sqrt(50 * scale.low())), 0.5, 1e-12);
}

TEST(ColorScale, FourDecadesAtMost) {
  const ColorScale scale({1e-9, 100}, false);
  EXPECT_NEAR(scale.low(), 0.01, 1e-12);
  ASSERT_EQ(scale.ticks().size(), 5U);
  EXPECT_EQ(scale.ticks().front().second, "0.01");
  EXPECT_EQ(scale.ticks().back().second, "100");
}

TEST(ColorScale, CountsOfHitsGetWholeTicks) {
  const ColorScale scale({0, 1, 2, 1}, false);
  ASSERT_EQ(scale.ticks().size(), 3U);
  EXPECT_EQ(scale.ticks()[1].second, "1");
  EXPECT_EQ(scale.ticks()[2].second, "2");
}

TEST(ColorScale, SignedValuesAreSymmetric) {
  const ColorScale scale({-8, 1, 2}, true);
  EXPECT_EQ(scale.place(0), 0.5);
  EXPECT_EQ(scale.place(-8), 0);
  EXPECT_EQ(scale.place(8), 1);
  EXPECT_NEAR(scale.place(1), 0.75, 1e-12);  // the tick at an eighth lies half way
  EXPECT_EQ(scale.ticks().front().second, "8.0");
  EXPECT_EQ(scale.ticks().back().second, "−8.0");
  const Color zero = scale.color(0);
  EXPECT_EQ(zero.red + zero.green + zero.blue, 3);  // white
}

TEST(ColorScale, NothingToShowIsNoTrouble) {
  for (const bool is_signed : {false, true}) {
    for (const auto& values : {std::vector<double>{}, std::vector<double>{0, 0}, std::vector<double>{NAN, INFINITY}}) {
      const ColorScale scale(values, is_signed);
      EXPECT_TRUE(std::isfinite(scale.place(0)));
      EXPECT_FALSE(scale.ticks().empty());
    }
  }
}

}  // namespace
}  // namespace jetvit
