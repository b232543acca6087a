#include "report/comparison_pictures.h"

#include <gtest/gtest.h>

#include "report/picture.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

// Jets with one bright pixel each, in one channel of 10 x 10 pixels, with the observer `name`.
JetRecords jets_at(const std::vector<std::uint16_t>& pixels, const std::string& name = "pt") {
  JetRecords jets;
  jets.images.shape = {1, 10, 10};
  jets.observer_names = {name};
  jets.observers.resize(1);
  for (const std::uint16_t pixel : pixels) {
    jets.images.pixel.push_back(pixel);
    jets.images.value.push_back(5);
    jets.images.offset.push_back(jets.images.pixel.size());
    jets.label.push_back(static_cast<std::uint8_t>(jets.size() % 2));
    jets.weight.push_back(1);
    jets.observers[0].push_back(100.5 + static_cast<double>(jets.size()));
  }
  return jets;
}

PicturedSet pictured(const std::string& name, const JetRecords& jets) {
  PicturedSet set{name, MeanImages(jets.images.shape), JetSpectra(channels_for(1))};
  for (std::size_t jet = 0; jet < jets.size(); ++jet) set.means.add(jets.images, jet);
  set.spectra.add(jets);
  return set;
}

// The center of a pixel in the lowest panel, which extends from (52, 582) to (242, 772) below two lines of caption.
double x_of(int pixel) {
  return 52 + (pixel % 10 + 0.5) * 19;
}
double y_of(int pixel) {
  return 582 + (9 - pixel / 10 + 0.5) * 19;
}

TEST(ComparisonPictures, DifferenceIsRedWhereTheSecondIsBrighter) {
  const test::TempFolder folder;
  draw_comparison({pictured("a", jets_at({27, 44})), pictured("b", jets_at({44, 81}))}, channels_for(1), {1, 10, 10},
                  folder.path());
  const test::Picture picture(folder / "averages.png");
  EXPECT_EQ(picture.height(), 2 * (32 + 3 * 262 + 10));
  EXPECT_TRUE(picture.has(x_of(27), y_of(27), difference_color(-1), 0.5));
  EXPECT_TRUE(picture.has(x_of(44), y_of(44), difference_color(0), 0.5));
  EXPECT_TRUE(picture.has(x_of(81), y_of(81), difference_color(1), 0.5));
}

TEST(ComparisonPictures, SetWithItselfHasNoDifferenceAndARatioOfOne) {
  const test::TempFolder folder;
  const PicturedSet set = pictured("a", jets_at({27, 44, 81, 27}));
  draw_comparison({set, set}, channels_for(1), {1, 10, 10}, folder.path());
  const test::Picture averages(folder / "averages.png");
  for (const int pixel : {27, 44, 81}) {
    EXPECT_TRUE(averages.has(x_of(pixel), y_of(pixel), difference_color(0), 0.5));
    EXPECT_FALSE(averages.has(x_of(pixel), y_of(pixel), difference_color(1)));
  }
  test::expect_svg(folder / "spectrum_pt.svg", "460");
  // The panel of the ratio extends from (75, 437) to (440, 337), with values from 0 to 2. The first jet is in the first
  // bin.
  const test::Picture spectrum(folder / "spectrum_pt.png");
  EXPECT_TRUE(spectrum.has(75 + 365 * 0.5 / 40, 387, curve_color(1)));
  EXPECT_FALSE(spectrum.has(75 + 365 * 3.5 / 40, 387, curve_color(1))) << "an empty bin has no ratio";
}

TEST(ComparisonPictures, OnlyQuantitiesThatBothHave) {
  const test::TempFolder folder;
  draw_comparison({pictured("a", jets_at({1})), pictured("b", jets_at({2}, "mass"))}, channels_for(1), {1, 10, 10},
                  folder.path());
  EXPECT_FALSE(std::filesystem::exists(folder / "spectrum_pt.png"));
  EXPECT_FALSE(std::filesystem::exists(folder / "spectrum_mass.png"));
  EXPECT_TRUE(std::filesystem::exists(folder / "spectrum_channel_1_pixels.png"));
}

TEST(ComparisonPictures, NoJetsAtAll) {
  const test::TempFolder folder;
  draw_comparison({pictured("a", jets_at({})), pictured("b", jets_at({}))}, channels_for(1), {1, 10, 10},
                  folder.path());
  EXPECT_TRUE(std::filesystem::exists(folder / "averages.png"));
}

}  // namespace
}  // namespace jetvit
