#include "report/jet_pictures.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/stop_flag.h"
#include "report/picture.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

// Jets with one bright pixel each: row 2, column 7 of 10 x 10, in every channel.
JetRecords one_pixel_jets(int channels, const std::vector<std::uint8_t>& label) {
  JetRecords jets;
  jets.images.shape = {channels, 10, 10};
  jets.observer_names = {"pt", "../evil\n\xff"};
  jets.observers.resize(2);
  for (std::size_t jet = 0; jet < label.size(); ++jet) {
    for (int channel = 0; channel < channels; ++channel) {
      jets.images.pixel.push_back(27);
      jets.images.value.push_back(5);
      jets.images.offset.push_back(jets.images.pixel.size());
    }
    jets.label.push_back(label[jet]);
    jets.weight.push_back(1);
    jets.observers[0].push_back(100 + 10 * static_cast<double>(jet));
    jets.observers[1].push_back(NAN);
    jets.source_file.push_back(0);
    jets.source_row.push_back(jet);
  }
  return jets;
}

void draw_pictures(const JetRecords& jets, const std::vector<Channel>& channels, const std::filesystem::path& folder) {
  JetPictures pictures(jets.images.shape, channels, {"gluon", "quark"});
  pictures.add(jets);
  pictures.draw(folder);
}

TEST(JetPictures, PixelsAreAtTheirEtaAndPhi) {
  const test::TempFolder folder;
  draw_pictures(one_pixel_jets(3, {0, 1, 1}), channels_for(3), folder.path());
  const test::Picture picture(folder / "jets.png");
  EXPECT_EQ(picture.width(), 1800);
  // The first panel extends from (52, 26) to (242, 216); rows are counted from the bottom.
  const double x = 52 + 7.5 * 19;
  const double y = 26 + (9 - 2 + 0.5) * 19;
  EXPECT_TRUE(picture.has(x, y, heat_color(1), 0.5));
  EXPECT_TRUE(picture.has(x - 19, y, heat_color(0), 0.5));
  EXPECT_TRUE(picture.has(x, y - 19, heat_color(0), 0.5));
}

// In a process of its own: a stop that was requested stays requested.
TEST(JetPicturesDeathTest, AStopEndsTheDrawing) {
  const test::TempFolder folder;
  const auto draw = [&folder] {
    install_stop_handlers();
    std::raise(SIGTERM);
    try {
      draw_pictures(one_pixel_jets(3, {0, 1, 1}), channels_for(3), folder.path());
    } catch (const Interrupted&) {
      std::_Exit(3);
    }
    std::_Exit(0);
  };
  EXPECT_EXIT(draw(), testing::ExitedWithCode(3), "");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(JetPictures, FilesOfACompleteSet) {
  const test::TempFolder folder;
  draw_pictures(one_pixel_jets(8, {0, 1, 0, 1}), channels_for(8), folder.path());
  // Four channels next to each other, two lines for each of two jets per class and three averages.
  EXPECT_EQ(test::Picture(folder / "jets.png").width(), 2400);
  EXPECT_EQ(test::Picture(folder / "jets.png").height(), 2 * (8 * 262 + 10));
  EXPECT_EQ(test::Picture(folder / "averages.png").height(), 2 * (6 * 262 + 10));
  test::expect_svg(folder / "spectrum_pt.svg", "460");
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    const std::string name = entry.path().filename();
    EXPECT_TRUE(name.ends_with(".png") || name.ends_with(".svg")) << name;
    EXPECT_EQ(name.find("evil"), std::string::npos) << "an observer without a finite value has no spectrum";
  }
}

TEST(JetPictures, BothClassesAreShownForAnyOrder) {
  const test::TempFolder folder;
  JetRecords jets = one_pixel_jets(1, {1, 1, 1, 1, 0});
  for (std::size_t jet = 0; jet < jets.size(); ++jet) jets.images.pixel[jet] = static_cast<std::uint16_t>(10 * jet);
  draw_pictures(jets, channels_for(1), folder.path());
  // Jet 4 of class 0, then jets 0 and 1 of class 1: one panel per line, with a pixel in the first column and the row of
  // the jet's number.
  const test::Picture picture(folder / "jets.png");
  EXPECT_EQ(picture.height(), 2 * (3 * 262 + 10));
  int line = 0;
  for (const int row : {4, 0, 1}) {
    EXPECT_TRUE(picture.has(52 + 9.5, 26 + 262 * line + (9 - row + 0.5) * 19, heat_color(1), 0.5)) << row;
    ++line;
  }
}

TEST(JetPictures, OneClassOrNoJets) {
  const test::TempFolder one;
  draw_pictures(one_pixel_jets(1, {1, 1}), channels_for(1), one.path());
  EXPECT_EQ(test::Picture(one / "jets.png").height(), 2 * (2 * 262 + 10));
  EXPECT_TRUE(std::filesystem::exists(one / "averages.png"));
  const test::TempFolder none;
  draw_pictures(one_pixel_jets(2, {}), channels_for(2), none.path());
  EXPECT_FALSE(std::filesystem::exists(none / "jets.png"));
  EXPECT_TRUE(std::filesystem::exists(none / "averages.png"));
}

TEST(JetPictures, ManyChannelsFitIntoAPicture) {
  const test::TempFolder folder;
  draw_pictures(one_pixel_jets(20, {0, 1}), channels_for(20), folder.path());
  // Five next to each other: a single column would exceed the size limit of cairo's PNGs.
  EXPECT_EQ(test::Picture(folder / "averages.png").width(), 3000);
}

// Adds jets of one class in chunks, with the numbers 0 ... count - 1 as observer "pt" and as weight.
void add_numbered(JetSpectra& spectra, std::uint8_t label, std::size_t first, std::size_t count) {
  constexpr std::size_t kChunk = 100;
  for (std::size_t begin = first; begin < first + count; begin += kChunk) {
    JetRecords jets = one_pixel_jets(1, std::vector<std::uint8_t>(std::min(kChunk, first + count - begin), label));
    for (std::size_t jet = 0; jet < jets.size(); ++jet) jets.observers[0][jet] = static_cast<double>(begin + jet);
    for (std::size_t jet = 0; jet < jets.size(); ++jet) jets.weight[jet] = static_cast<float>(begin + jet);
    spectra.add(jets);
  }
}

// The input is sorted by class and much longer than the sample. The sampled jets are spread over each class.
TEST(JetSpectra, SampleIsSpreadEvenlyOverAnInputSortedByClass) {
  for (const bool by_class : {false, true}) {
    JetSpectra spectra(channels_for(1), {.limit = 2000, .by_class = by_class});
    add_numbered(spectra, 0, 0, 9000);
    add_numbered(spectra, 1, 9000, 3000);
    EXPECT_EQ(spectra.jets(), 12000U);
    const auto& values = spectra.spectra()[0].values;
    EXPECT_EQ(spectra.sampled(), values[0].size() + values[1].size());
    for (const std::size_t label : {0U, 1U}) {
      const double all = label == 0 ? 9000 : 3000;
      const double share = static_cast<double>(values[label].size()) / all;
      // Powers of two. The standard deviation of the number of sampled jets of a class is below 40.
      const double expected = by_class ? (label == 0 ? 0.125 : 0.5) : 0.125;
      EXPECT_NEAR(share, expected, 5 * 40 / all) << by_class << label;
      double mean = 0;
      for (const double value : values[label]) mean += value / static_cast<double>(values[label].size());
      const double error = all / std::sqrt(12.0 * static_cast<double>(values[label].size()));
      EXPECT_NEAR(mean, (label == 0 ? 0 : 9000) + all / 2, 5 * error);
      EXPECT_EQ(spectra.spectra()[0].weights[label], values[label]) << "a value keeps the weight of its jet";
      EXPECT_EQ(spectra.spectra()[2].values[label].size(), values[label].size())
          << "every quantity is of the same jets";
    }
  }
}

// Signed channels are shown pixel by pixel, in the unit of the channel; unsigned ones by their sum per jet.
TEST(JetSpectra, TitlesNameTheCountedQuantity) {
  JetSpectra spectra(channels_for(8), {.limit = 10, .by_class = false});
  JetRecords jets;
  jets.images.shape = {8, 1, 1};
  spectra.add(jets);
  std::map<std::string, AxisTitle> titles;
  for (const Spectrum& spectrum : spectra.spectra()) titles[spectrum.name] = spectrum.title;
  EXPECT_EQ(titles.at("d0").unit, "sigma");
  EXPECT_EQ(titles.at("d0").counted, "pixels");
  EXPECT_EQ(titles.at("tracks_sum").unit, "GeV");
  EXPECT_EQ(titles.at("tracks_sum").counted, "jets");
  EXPECT_EQ(titles.at("d0_pixels").unit, "");
}

TEST(JetSpectra, KeepsAllJetsBelowTheLimit) {
  JetSpectra spectra(channels_for(1), {.limit = 500, .by_class = false});
  add_numbered(spectra, 1, 0, 500);
  EXPECT_EQ(spectra.sampled(), 500U);
  EXPECT_EQ(spectra.spectra()[0].values[1].size(), 500U);
}

}  // namespace
}  // namespace jetvit
