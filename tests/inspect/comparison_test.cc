#include "inspect/comparison.h"

#include <cmath>
#include <utility>

#include <gtest/gtest.h>

#include "inspect/hand_made_store.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

using test::HandMadeJet;
using test::write_store;

// Images of 2 x 3 pixels; the averages of the first set are 2 at pixel 0, of the second 1 there and 3 at pixel 4.
const std::vector<HandMadeJet> kFirst = {{0, {{0, 1}}, {100, 7}, Split::kTrain}, {1, {{0, 3}}, {104, 7}, Split::kTest}};
const std::vector<HandMadeJet> kSecond = {{1, {{0, 1}}, {107}, Split::kTrain},
                                          {1, {{0, 1}, {4, 6}}, {113}, Split::kValidation}};

class Compared : public testing::Test {
 protected:
  Compared() {
    write_store(first_, 2, 3, {"pt", "m0"}, kFirst);
    write_store(second_, 2, 3, {"pt"}, kSecond);
  }

  const test::TempFolder folder_;
  const std::filesystem::path first_ = folder_ / "first", second_ = folder_ / "second";
};

TEST_F(Compared, MeansDifferInUnitsOfTheirErrors) {
  const Comparison reported = compare_data({first_, second_, {}, {}});
  EXPECT_EQ(reported.sets[0].name, first_.string());
  EXPECT_EQ(reported.sets[0].counts, (std::array<std::uint64_t, 2>{1, 1}));
  EXPECT_EQ(reported.sets[1].counts, (std::array<std::uint64_t, 2>{0, 2}));
  EXPECT_EQ(reported.sets[1].jets_of_spectra, 0U);  // no pictures
  // Two values a and b have the mean (a + b) / 2 and the error |a - b| / 2. The first set alone has m0.
  ASSERT_EQ(reported.observables.size(), 3U);
  const ComparedMean& pt = reported.observables[0];
  EXPECT_EQ(pt.first.name, "pt");
  EXPECT_DOUBLE_EQ(pt.first.mean, 102);
  EXPECT_DOUBLE_EQ(pt.first.error, 2);
  EXPECT_DOUBLE_EQ(pt.second.mean, 110);
  EXPECT_DOUBLE_EQ(pt.second.error, 3);
  EXPECT_DOUBLE_EQ(pt.pull(), 8 / std::sqrt(13.0));
  const ComparedMean& pixels = reported.observables[1];
  EXPECT_EQ(pixels.first.name, "channel_1 pixels");
  EXPECT_EQ(pixels.first.error, 0);  // one in each jet
  EXPECT_DOUBLE_EQ(pixels.pull(), 1);
  const ComparedMean& sum = reported.observables[2];
  EXPECT_EQ(sum.first.name, "channel_1 sum");
  EXPECT_DOUBLE_EQ(sum.pull(), (4 - 2) / std::sqrt(10.0));
}

TEST_F(Compared, MeansWithoutErrorsHaveNoPull) {
  write_store(folder_ / "one", 2, 3, {"pt"}, {kSecond[0]});
  for (const ComparedMean& of : compare_data({folder_ / "one", folder_ / "one", {}, {}}).observables) {
    EXPECT_EQ(of.pull(), 0) << of.first.name;
  }
}

TEST_F(Compared, AverageImagesAreSubtractedPixelByPixel) {
  const Comparison reported = compare_data({first_, second_, {}, {}});
  ASSERT_EQ(reported.images.size(), 1U);
  const ComparedImage& of = reported.images[0];
  EXPECT_EQ(of.channel.name, "channel_1");
  EXPECT_DOUBLE_EQ(of.mean, (-1 + 3) / 6.0);
  EXPECT_DOUBLE_EQ(of.mean_size, (1 + 3) / 6.0);
  EXPECT_DOUBLE_EQ(of.largest, 3);
  EXPECT_EQ(of.row, 1);
  EXPECT_EQ(of.column, 1);
  // The other way round everything changes its sign alone.
  const Comparison back = compare_data({second_, first_, {}, {}});
  EXPECT_DOUBLE_EQ(back.images[0].mean, -of.mean);
  EXPECT_DOUBLE_EQ(back.images[0].mean_size, of.mean_size);
  EXPECT_DOUBLE_EQ(back.images[0].largest, -3);
  EXPECT_DOUBLE_EQ(back.observables[0].pull(), -reported.observables[0].pull());
  const Comparison same = compare_data({first_, first_, {}, {}});
  EXPECT_EQ(same.images[0].mean_size, 0);
  EXPECT_EQ(same.images[0].largest, 0);
}

TEST_F(Compared, OtherShapesHaveNoDifferenceOfImages) {
  write_store(folder_ / "wide", 2, 4, {"pt"}, kSecond);
  EXPECT_TRUE(compare_data({first_, folder_ / "wide", {}, {}}).images.empty());
  EXPECT_ERROR(compare_data({first_, folder_ / "wide", {}, {folder_ / "pictures"}}), Error, "leave out `pictures`");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "pictures"));
  write_store(folder_ / "deep", 2, 3, {"pt"}, kSecond, 2);
  EXPECT_ERROR(compare_data({first_, folder_ / "deep", {}, {}}), Error, "has 2 channels");
}

TEST_F(Compared, OptionsThatNeitherSetHasUseForAreRefused) {
  const auto compared = [&](ReadOptions read) { return compare_data({first_, second_, std::move(read), {}}); };
  ReadOptions names, label, layout, shape;
  names.class_names = {"gluon", "quark"};
  label.label_column = "is_top";
  layout.layout = "hwc";
  shape.shape = {1, 2, 4};
  EXPECT_ERROR(compared(names), UsageError, "`class_names` applies neither to ");
  EXPECT_ERROR(compared(label), UsageError, "`label_column` applies neither to ");
  EXPECT_ERROR(compared(layout), UsageError, "`layout` applies neither to ");
  EXPECT_ERROR(compared(shape), Error, "`shape` 1 x 2 x 4 contradicts the jet stores");
  shape.shape = {1, 2, 3};
  EXPECT_EQ(compared(shape).sets.size(), 2U);
}

TEST_F(Compared, PicturesComeAsOneSet) {
  const std::filesystem::path pictures = folder_ / "pictures";
  const Comparison reported = compare_data({first_, second_, {}, {pictures}});
  EXPECT_EQ(reported.sets[0].jets_of_spectra, 2U);
  EXPECT_TRUE(std::filesystem::exists(pictures / "averages.png"));
  EXPECT_TRUE(std::filesystem::exists(pictures / "spectrum_pt.svg"));
  EXPECT_ERROR(compare_data({first_, second_, {}, {pictures}}), Error, "already exists");
  compare_data({first_, second_, {}, {pictures, /*overwrite=*/true}});
}

TEST_F(Compared, JsonKeepsItsKeys) {
  const Json json = to_json(compare_data({first_, second_, {}, {}}));
  EXPECT_EQ(json["second"].dump(), "{\"name\":" + Json(second_.string()).dump() +
                                       ",\"shape\":[1,2,3],\"jets\":2,\"class_0\":0,\"class_1\":2,\"class_names\":["
                                       "\"\",\"\"],\"jets_of_spectra\":0}");
  EXPECT_EQ(json["observables"][1].dump(),
            "{\"name\":\"channel_1 pixels\",\"first\":{\"mean\":1.0,\"error\":0.0,\"jets\":2},"
            "\"second\":{\"mean\":1.5,\"error\":0.5,\"jets\":2},\"difference_in_errors\":1.0}");
  EXPECT_EQ(json["average_images"][0]["largest_at"], Json({1, 1}));
}

}  // namespace
}  // namespace jetvit
