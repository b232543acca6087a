// The preparation in a graph against ImageAssembler, which the tests of load/ compare with torch and OpenCV.
#include "onnx/preparation.h"

#include <cmath>
#include <limits>

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include "load/assemble_batch.h"
#include "onnx/check_jets.h"
#include "onnx/run_graph.h"
#include "support/difference.h"
#include "support/expect_error.h"

namespace jetvit::onnx {
namespace {

const std::vector<std::string> kFunctions = {"identity", "sqrt", "log1p", "min-max", "z-score", "clip"};

struct Case {
  ImageShape shape;
  InputTransform transform;
  ImageOptions image;
};

Case make_case(const std::string& resize, const std::vector<std::string>& functions, bool split,
               ImageShape shape = {8, 125, 120}) {
  std::vector<ChannelStatistics> statistics(
      8, {.mean = 0.05, .standard_deviation = 0.004, .minimum = -20, .maximum = 40, .occupancy = 300});
  return {shape,
          make_input_transform(boosted_top_channels(), statistics, functions, split, 0.02),
          {.size = resize == "pad" ? 127 : 40, .resize = resize}};
}

at::Tensor assembled(const Case& of, const CheckJets& jets) {
  const ImageAssembler assembler(of.shape, of.transform, of.image);
  at::Tensor images =
      at::zeros({jets.pixels.size(0), assembler.planes(), assembler.size(), assembler.size()}, at::kFloat);
  ImageAssembler::Workspace workspace;
  for (std::int64_t jet = 0; jet < images.size(0); ++jet) {
    assembler.assemble(jets.images, static_cast<std::size_t>(jet), images[jet].mutable_data_ptr<float>(), workspace);
  }
  return images;
}

at::Tensor from_graph(const Case& of, const at::Tensor& pixels) {
  Graph graph;
  const std::string image = add_preparation(graph, "x", of.shape, of.transform, of.image);
  return run_graph(graph, {{"x", pixels}}, {image})[image];
}

// In float64 beside the assembler's float32: its rounding, relative to the largest value of the image, remains.
void expect_equal(const Case& of) {
  const CheckJets jets = check_jets(4, of.shape, of.transform);
  EXPECT_LT(test::difference(assembled(of, jets), from_graph(of, jets.pixels)), 2e-6);
}

class Preparations : public testing::TestWithParam<std::string> {};  // the resizing

TEST_P(Preparations, ImagesAreThoseOfTheAssembler) {
  for (const std::string& function : kFunctions) {
    for (const bool split : {false, true}) {
      SCOPED_TRACE(function + (split ? ", split" : ""));
      expect_equal(make_case(GetParam(), {function}, split));
    }
  }
}

TEST_P(Preparations, PlanesMayHaveDifferentFunctions) {
  for (const bool split : {false, true}) {
    expect_equal(
        make_case(GetParam(), {"log1p", "z-score", "clip", "sqrt", "min-max", "identity", "log1p", "sqrt"}, split));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Preparations, testing::Values("bilinear", "bicubic", "sum", "pad"));

TEST(Preparation, ImagesOfTheRightSizeAreNotPadded) {
  Case of = make_case("pad", {"identity"}, false, {8, 125, 125});
  of.image.size = 125;
  expect_equal(of);
}

// |x| below the threshold counts as nothing, |x| at the threshold as itself; an unsigned channel has no negative
// values.
TEST(Preparation, ZeroSuppressionIsExact) {
  Case of = make_case("pad", {"identity"}, false, {8, 2, 2});
  of.image.size = 2;
  const float threshold = of.transform.zero_threshold;
  at::Tensor pixels = at::zeros({1, 8, 2, 2}, at::kFloat);
  for (const int channel : {0, 1}) {  // tracks, unsigned; d0, signed
    pixels[0][channel][0][0] = std::nextafter(threshold, 0.0F);
    pixels[0][channel][0][1] = threshold;
    pixels[0][channel][1][0] = -threshold;
  }
  const at::Tensor image = from_graph(of, pixels)[0];
  const auto value = [&](int channel, int row, int column) { return image[channel][row][column].item<float>(); };
  for (const int channel : {0, 1}) {
    EXPECT_EQ(value(channel, 0, 0), 0);
    EXPECT_EQ(value(channel, 0, 1), threshold);
  }
  EXPECT_EQ(value(0, 1, 0), 0);
  EXPECT_EQ(value(1, 1, 0), -threshold);
}

TEST(Preparation, PixelsThatAreNotNumbersStaySo) {
  const Case of = make_case("pad", {"log1p"}, false, {8, 125, 125});
  const at::Tensor pixels = at::full({1, 8, 125, 125}, std::numeric_limits<float>::quiet_NaN(), at::kFloat);
  EXPECT_TRUE(from_graph(of, pixels)[0][0][64][64].isnan().item<bool>());
}

TEST(Preparation, UnknownResizingIsRefused) {
  Case of = make_case("sum", {"log1p"}, false);
  of.image.resize = "nearest";
  Graph graph;
  EXPECT_ERROR(add_preparation(graph, "x", of.shape, of.transform, of.image), UsageError, "\"nearest\" is not one of");
}

}  // namespace
}  // namespace jetvit::onnx
