#include "jet/input_transform.h"

#include <cmath>

#include "support/expect_error.h"

namespace jetvit {
namespace {

std::vector<ChannelStatistics> statistics(std::size_t channels) {
  return std::vector<ChannelStatistics>(
      channels, {.mean = 2, .standard_deviation = 4, .minimum = -8, .maximum = 8, .occupancy = 1});
}

TEST(InputTransform, FunctionsAreOdd) {
  for (const PixelFunction function : {PixelFunction::kIdentity, PixelFunction::kSqrt, PixelFunction::kLog1p}) {
    const Plane plane{.function = function};
    for (const float value : {0.0F, 0.3F, 7.0F, 1000.0F}) EXPECT_EQ(plane.apply(-value), -plane.apply(value));
  }
  EXPECT_FLOAT_EQ((Plane{.function = PixelFunction::kSqrt}.apply(9)), 3);
  EXPECT_FLOAT_EQ((Plane{.function = PixelFunction::kLog1p}.apply(1)), std::log(2.0F));
}

TEST(InputTransform, StatisticsScaleTheData) {
  const auto z = make_input_transform(quark_gluon_channels(), statistics(3), {"z-score"}, true, 1e-3).planes[0];
  EXPECT_FLOAT_EQ(z.apply(2), 0);
  EXPECT_FLOAT_EQ(z.apply(6), 1);
  const auto unit = make_input_transform(quark_gluon_channels(), statistics(3), {"min-max"}, true, 1e-3).planes[0];
  EXPECT_FLOAT_EQ(unit.apply(-8), 0);
  EXPECT_FLOAT_EQ(unit.apply(8), 1);
  const auto clip = make_input_transform(quark_gluon_channels(), statistics(3), {"clip"}, true, 1e-3).planes[0];
  EXPECT_FLOAT_EQ(clip.apply(1e9F), 500);
}

TEST(InputTransform, SignedChannelsSplitIntoParts) {
  const InputTransform transform = make_input_transform(boosted_top_channels(), statistics(8), {"log1p"}, true, 1e-3);
  ASSERT_EQ(transform.outputs(), 10);
  EXPECT_EQ(transform.planes[1].part, Part::kPositive);
  EXPECT_EQ(transform.planes[2].part, Part::kNegative);
  EXPECT_EQ(transform.planes[1].channel, transform.planes[2].channel);
  EXPECT_EQ(transform.planes[1].apply(-3), 0);
  EXPECT_FLOAT_EQ(transform.planes[2].apply(-3), std::log(4.0F));
  EXPECT_EQ(make_input_transform(boosted_top_channels(), statistics(8), {"log1p"}, false, 1e-3).outputs(), 8);
}

TEST(InputTransform, RoundTripsThroughJson) {
  const InputTransform transform = make_input_transform(boosted_top_channels(), statistics(8), {"clip"}, true, 1e-3);
  const Json json = to_json(transform);
  EXPECT_EQ(to_json(input_transform_from_json(Json::parse(json.dump()))), json);
}

TEST(InputTransform, RefusesUnknownWordsAndCounts) {
  EXPECT_ERROR(make_input_transform(quark_gluon_channels(), statistics(3), {"log2"}, true, 0), UsageError,
               "transform \"log2\" is not one of identity, sqrt");
  EXPECT_ERROR(make_input_transform(quark_gluon_channels(), statistics(3), {"sqrt", "sqrt"}, true, 0), UsageError,
               "names 2 functions for 3 channels");
  Json json = to_json(make_input_transform(quark_gluon_channels(), statistics(3), {"sqrt"}, true, 0));
  json["planes"][0]["channel"] = 3;
  EXPECT_ERROR(input_transform_from_json(json), Error, "channel 3 of 3");
}

}  // namespace
}  // namespace jetvit
