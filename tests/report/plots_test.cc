// Checks the decoded pictures: their size, and that curves are where the values are.
#include "report/plots.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "report/picture.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Plots : public ::testing::Test {
 protected:
  std::filesystem::path stem() const { return folder_ / "plot"; }
  std::filesystem::path png() const { return folder_ / "plot.png"; }
  void expect_files(int width, int height) const {
    const test::Picture picture(png());
    EXPECT_EQ(picture.width(), width);
    EXPECT_EQ(picture.height(), height);
    test::expect_svg(folder_ / "plot.svg", std::to_string(width / 2));
  }

  test::TempFolder folder_;
};

// The left panel of plot_roc() extends from (60, 365) to (405, 20), the right one from (490, 365) to (835, 20).
double left_x(double value) {
  return 60 + 345 * value;
}
double left_y(double value) {
  return 365 - 345 * value;
}

TEST_F(Plots, RocCurvePassesThroughItsPoints) {
  const std::vector<RocPoint> points = {{0, 0, kInfinity}, {0.5, 0.1, 3}, {0.8, 0.3, 2}, {1, 1, 1}};
  plot_roc(stem(), {{"a classifier", points}});
  expect_files(1720, 858);
  const test::Picture picture(png());
  const Color color = curve_color(0);
  for (const RocPoint& point : points) {
    EXPECT_TRUE(picture.has(left_x(point.background_efficiency), left_y(point.signal_efficiency), color))
        << point.signal_efficiency;
  }
  EXPECT_TRUE(picture.has(left_x(0.2), left_y(0.65), color)) << "half way between two points";
  EXPECT_FALSE(picture.has(left_x(0.2), left_y(0.8), color));
  EXPECT_FALSE(picture.has(left_x(0.6), left_y(0.4), color));
  // The rejection axis is logarithmic, from 1 to 10.
  EXPECT_TRUE(picture.has(490 + 345 * 0.5, 365 - 345 * std::log10(10.0), color, 2));
  EXPECT_TRUE(picture.has(490 + 345 * 0.8, 365 - 345 * std::log10(1 / 0.3), color, 2));
}

TEST_F(Plots, EveryCurveHasItsColor) {
  plot_roc(stem(), {{"good", {{0, 0, kInfinity}, {0.9, 0.1, 1}, {1, 1, 0}}},
                    {"poor", {{0, 0, kInfinity}, {0.6, 0.5, 1}, {1, 1, 0}}}});
  const test::Picture picture(png());
  EXPECT_TRUE(picture.has(left_x(0.1), left_y(0.9), curve_color(0)));
  EXPECT_TRUE(picture.has(left_x(0.5), left_y(0.6), curve_color(1)));
}

TEST_F(Plots, ManyCurvesAreAllDrawnAndNamed) {
  // Steps at efficiencies of 0.05, 0.1, ... for both classes: each curve is further from the perfect classifier.
  std::vector<NamedCurve> curves;
  for (int index = 0; index < 11; ++index) {
    const double share = 0.05 * (index + 1);
    curves.push_back({"classifier", {{0, 0, kInfinity}, {1 - share / 2, share, 1}, {1, 1, 0}}});
  }
  plot_roc(stem(), curves);
  expect_files(1720, 2 * (410 + 5 + 14 * 6));
  const test::Picture picture(png());
  for (std::size_t index = 0; index < curves.size(); ++index) {
    const Color color = curve_color(index);
    const bool left = index < 6;
    const double y = 365 + 50 + 14 * static_cast<double>(left ? index : index - 6) - 3;
    EXPECT_TRUE(picture.has(left ? 63 : 493, y, color)) << index << ": in the legend";
    // From the eighth curve on, the colors repeat with dashed lines, which have gaps in the legend.
    bool gap = false;
    for (double x = left ? 62 : 492; x < (left ? 78 : 508); x += 0.5) gap = gap || !picture.has(x, y, color, 0.3);
    EXPECT_EQ(gap, index >= 7) << index;
  }
}

TEST_F(Plots, DegenerateRocCurves) {
  const std::vector<RocPoint> diagonal = {{0, 0, kInfinity}, {1, 1, 0.5}};
  const std::vector<RocPoint> perfect = {{0, 0, kInfinity}, {1, 0, 0.7}, {1, 1, 0.2}};
  for (const auto& curves : std::vector<std::vector<NamedCurve>>{{},
                                                                 {{"nothing", {}}},
                                                                 {{"chance", diagonal}},
                                                                 {{"perfect", perfect}},
                                                                 {{"both", perfect}, {"", diagonal}}}) {
    plot_roc(stem(), curves);
    expect_files(1720, curves.empty() ? 820 : 858);
  }
}

TEST_F(Plots, ManyPointsKeepTheirEnds) {
  std::vector<RocPoint> points;
  for (int index = 0; index <= 100'000; ++index) {
    const double share = index / 1e5;
    points.push_back({std::sqrt(share), share, 1 - share});
  }
  plot_roc(stem(), {{"many", points}});
  EXPECT_LT(std::filesystem::file_size(folder_ / "plot.svg"), 200'000U);
  const test::Picture picture(png());
  EXPECT_TRUE(picture.has(left_x(0.25), left_y(0.5), curve_color(0)));
  EXPECT_TRUE(picture.has(left_x(1) - 2, left_y(1) + 1, curve_color(0)));
}

TEST_F(Plots, UntrustedNamesAreDrawn) {
  const std::string awful = std::string("\xff\xfe<&\"'\n\0x", 9) + std::string(10'000, 'w');
  plot_roc(stem(), {{awful, {{0, 0, kInfinity}, {1, 1, 0}}}});
  expect_files(1720, 858);
  plot_histograms(stem(), {awful, awful}, {{awful, {1, 2, 3}}});
  expect_files(920, 720);
}

TEST_F(Plots, HistogramShowsTheShares) {
  // Two values, one three times as frequent: the steps are at the ends of the axis, which is 365 points wide.
  std::vector<double> values(300, 0.25);
  values.resize(400, 0.75);
  plot_histograms(stem(), {"score", ""}, {{"y = 0", values}});
  expect_files(920, 720);
  const test::Picture picture(png());
  const double bin = 365.0 / 40;
  const double full = 285 / 1.25;  // height of the tallest step
  EXPECT_TRUE(picture.has(75 + bin / 2, 305 - full, curve_color(0)));
  EXPECT_TRUE(picture.has(75 + 365 - bin / 2, 305 - full / 3, curve_color(0)));
  EXPECT_TRUE(picture.has(75 + 182, 305, curve_color(0)));
}

TEST_F(Plots, BinsOfCountsAreMultiplesOfTheirSpacing) {
  // Counts of pixels in towers of 25 pixels, uniform over 1 to 60 towers. Each of 30 bins contains two possible counts,
  // so that no bin is empty or twice as high.
  std::vector<double> values;
  for (int towers = 1; towers <= 60; ++towers) values.push_back(25 * towers);
  plot_histograms(stem(), {"pixels", ""}, {{"y = 0", values}});
  const test::Picture picture(png());
  const double bin = 365.0 / 30;
  const double full = 285 / 1.25;
  for (int index = 1; index < 29; ++index) {
    EXPECT_TRUE(picture.has(75 + bin * (index + 0.5), 305 - full, curve_color(0))) << index;
  }
}

TEST_F(Plots, DegenerateHistograms) {
  const double huge = std::numeric_limits<double>::max();
  for (const auto& samples :
       std::vector<std::vector<NamedValues>>{{},
                                             {{"empty", {}}},
                                             {{"one", {5}}},
                                             {{"equal", std::vector<double>(100, -3.0)}, {"empty", {}}},
                                             {{"not finite", {NAN, kInfinity, -kInfinity}}},
                                             {{"huge", {-huge, huge, 0, 1}}},
                                             {{"large and equal", std::vector<double>(5, 1e90)}},
                                             {{"tiny", {1e-300, 2e-300}}},
                                             {{"close", {1e9, 1e9 + 1e-6}}}}) {
    plot_histograms(stem(), {"value", "GeV"}, samples);
    expect_files(920, 720);
  }
}

TEST_F(Plots, CalibrationShowsTheFractions) {
  const std::vector<CalibrationBin> bins = {{100, 100, 0.1, 0.2}, {0, 0, 0, 0}, {25, 50, 0.7, 0.6}, {1, 1, 1, 1}};
  plot_calibration(stem(), {{"a classifier", bins}}, "quark");
  expect_files(860, 2 * (410 + 19));
  const test::Picture picture(png());
  EXPECT_TRUE(picture.has(65 + 345 * 0.1, 365 - 345 * 0.2, curve_color(0)));
  EXPECT_TRUE(picture.has(65 + 345 * 0.7, 365 - 345 * 0.6, curve_color(0)));
  EXPECT_FALSE(picture.has(65 + 345 * 0.02, 365 - 345 * 0.02, curve_color(0))) << "an empty bin is not drawn";
  plot_calibration(stem(), {}, "quark");
  expect_files(860, 820);
}

TEST_F(Plots, LearningCurveShowsLossesAndTheBestEpoch) {
  const LearningCurve curve{"run", {1, 2, 3}, {0.7, 0.5, 0.4}, {0.6, 0.55, 0.5}, {0.7, 0.9, 0.8}};
  plot_learning(stem(), {curve});
  expect_files(1720, 720);
  const test::Picture picture(png());
  const auto right_x = [](double epoch) { return 500 + 340 * (epoch - 0.5) / 3; };
  const auto right_y = [](double auc) { return 315 - 295 * (auc - 0.688) / (0.912 - 0.688); };
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    EXPECT_TRUE(picture.has(right_x(curve.epoch[epoch]), right_y(curve.validation_auc[epoch]), curve_color(0)));
  }
  // The best epoch is marked by a square of 7 points; the line itself is thinner.
  EXPECT_TRUE(picture.has(right_x(2) + 2.5, right_y(0.9) - 2.5, curve_color(0), 0.5));
  EXPECT_FALSE(picture.has(right_x(3) + 2.5, right_y(0.8) - 2.5, curve_color(0), 0.5));
}

TEST_F(Plots, DegenerateLearningCurves) {
  for (const auto& curves : std::vector<std::vector<LearningCurve>>{
           {},
           {{"no epoch", {}, {}, {}, {}}},
           {{"one", {1}, {0.5}, {0.6}, {0.5}}},
           {{"constant", {1, 2}, {0.5, 0.5}, {0.5, 0.5}, {1, 1}}},
           {{"lost", {1, 2}, {NAN, NAN}, {kInfinity, 0.5}, {NAN, NAN}}},
           {{"zero", {1}, {0}, {0}, {0}}},
           {{"a", {1, 2}, {1, 2}, {3, 4}, {0.5, 0.6}}, {"b", {1, 2, 3}, {1, 2, 3}, {3, 4, 5}, {0.5, 0.6, 0.4}}}}) {
    plot_learning(stem(), curves);
    expect_files(1720, 720);
  }
}

TEST_F(Plots, MissingFolderIsNamed) {
  EXPECT_ERROR(plot_roc(folder_ / "absent" / "roc", {}), Error, "absent");
}

}  // namespace
}  // namespace jetvit
