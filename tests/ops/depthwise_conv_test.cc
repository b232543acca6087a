// Depthwise convolution against ATen's in float64: outputs and gradients.
#include "ops/depthwise_conv.h"

#include <limits>

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "support/difference.h"
#include "support/layer_result.h"
#include "support/leaf.h"

namespace jetvit {
namespace {

struct Case {
  std::int64_t images, channels, height, width, kernel, stride, top, left;
};

ConvWindows grid_of(const Case& size) {
  return {size.stride, size.top, size.left, (size.height + size.stride - 1) / size.stride,
          (size.width + size.stride - 1) / size.stride};
}

test::LayerResult ours(const Case& size, const at::Tensor& image, const at::Tensor& w, const at::Tensor& b,
                       const at::Tensor& gradient) {
  const ConvWindows grid = grid_of(size);
  const auto convolve = [&](const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    EXPECT_TRUE(can_use_depthwise_conv(x, weight, grid));
    return depthwise_conv(x, weight, bias, grid);
  };
  return test::run_layer(convolve, image.contiguous(at::MemoryFormat::ChannelsLast), w, b,
                         gradient.to(image.scalar_type()));
}

test::LayerResult reference(const Case& size, const at::Tensor& image, const at::Tensor& w, const at::Tensor& b,
                            const at::Tensor& gradient) {
  const ConvWindows grid = grid_of(size);
  const std::int64_t below = (grid.height - 1) * size.stride + size.kernel - size.height - size.top;
  const std::int64_t right = (grid.width - 1) * size.stride + size.kernel - size.width - size.left;
  const auto convolve = [&](const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    const at::Tensor padded = at::constant_pad_nd(x, {size.left, right, size.top, below});
    return at::conv2d(padded, weight, bias, size.stride, at::IntArrayRef({0, 0}), 1, size.channels);
  };
  return test::run_layer(convolve, image.to(at::kDouble), w.to(at::kDouble), b.to(at::kDouble),
                         gradient.to(at::kDouble));
}

class DepthwiseConv : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const Case& size = GetParam();
    image = at::randn({size.images, size.channels, size.height, size.width});
    weight = at::randn({size.channels, 1, size.kernel, size.kernel});
    bias = at::randn({size.channels});
    const ConvWindows grid = grid_of(size);
    gradient = at::randn({size.images, size.channels, grid.height, grid.width});
  }

  at::Tensor image, weight, bias, gradient;
};

// Sums of up to a few thousand products in float32 agree to about 1e-6 of the largest.
TEST_P(DepthwiseConv, IsTheConvolutionOfEachChannel) {
  const test::LayerResult fused = ours(GetParam(), image, weight, bias, gradient);
  const test::LayerResult plain = reference(GetParam(), image, weight, bias, gradient);
  EXPECT_LT(test::difference(fused.y, plain.y), 2e-6);
  EXPECT_LT(test::difference(fused.gx, plain.gx), 2e-6);
  EXPECT_LT(test::difference(fused.gw, plain.gw), 2e-6);
  EXPECT_LT(test::difference(fused.gb, plain.gb), 2e-6);
}

// From operands that are rounded alike, sums differ by their own rounding to bfloat16 alone; the
// weights' gradients are float32.
TEST_P(DepthwiseConv, TakesBfloat16) {
  const auto round = [](const at::Tensor& x) { return x.to(at::kBFloat16); };
  const test::LayerResult fused = ours(GetParam(), round(image), round(weight).to(at::kFloat), bias, round(gradient));
  const test::LayerResult plain = reference(GetParam(), round(image), round(weight), bias, round(gradient));
  EXPECT_EQ(fused.y.scalar_type(), at::kBFloat16);
  EXPECT_EQ(fused.gx.scalar_type(), at::kBFloat16);
  EXPECT_LT(test::difference(fused.y, plain.y), test::kBfloat16Rounding);
  EXPECT_LT(test::difference(fused.gx, plain.gx), test::kBfloat16Rounding);
  EXPECT_LT(test::difference(fused.gw, plain.gw), 2e-6);
  EXPECT_LT(test::difference(fused.gb, plain.gb), 2e-6);
}

TEST_P(DepthwiseConv, WorksWithoutBias) {
  const at::Tensor x = image.contiguous(at::MemoryFormat::ChannelsLast);
  const ConvWindows grid = grid_of(GetParam());
  const at::Tensor w = test::leaf(weight);
  const at::Tensor y = depthwise_conv(x, w, {}, grid);
  y.backward(gradient);
  const test::LayerResult biased = ours(GetParam(), image, weight, bias, gradient);
  // Adding the bias last instead of first rounds otherwise.
  EXPECT_LT(test::difference(y + bias.view({-1, 1, 1}), biased.y), 1e-6);
  EXPECT_TRUE(w.grad().equal(biased.gw));
}

TEST_P(DepthwiseConv, GivesTheSameForAnyNumberOfThreads) {
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const test::LayerResult one = ours(GetParam(), image, weight, bias, gradient);
  at::set_num_threads(3);
  const test::LayerResult three = ours(GetParam(), image, weight, bias, gradient);
  at::set_num_threads(before);
  EXPECT_TRUE(one.y.equal(three.y));
  EXPECT_TRUE(one.gx.equal(three.gx));
  EXPECT_TRUE(one.gw.equal(three.gw));
}

// Channels that fill vectors and that do not; images smaller than the kernel and than a tile; TensorFlow's padding,
// which is uneven for stride 2.
INSTANTIATE_TEST_SUITE_P(Sizes, DepthwiseConv,
                         ::testing::Values(Case{2, 16, 9, 7, 3, 1, 1, 1}, Case{3, 40, 12, 13, 3, 1, 1, 1},
                                           Case{2, 33, 8, 8, 3, 2, 0, 0}, Case{2, 32, 9, 11, 3, 2, 1, 1},
                                           Case{1, 48, 10, 6, 5, 1, 2, 2}, Case{2, 24, 11, 14, 5, 2, 2, 1},
                                           Case{2, 16, 1, 2, 5, 1, 2, 2}, Case{1, 17, 2, 1, 3, 2, 1, 1}));

TEST(DepthwiseConvInBfloat16, KeepsNotANumberWithinItsWindows) {
  at::Tensor image = at::ones({1, 16, 7, 7});
  image[0][5][3][3] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor x = image.to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor y = depthwise_conv(x, at::ones({16, 1, 3, 3}), {}, {1, 1, 1, 7, 7});
  EXPECT_EQ(y.isnan().sum().item<int>(), 9);
  EXPECT_TRUE(y[0][5].slice(0, 2, 5).slice(1, 2, 5).isnan().all().item<bool>());
}

TEST(TakesDepthwiseConv, LeavesOtherConvolutionsAlone) {
  const at::Tensor image = at::randn({1, 32, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  const ConvWindows grid{1, 1, 1, 8, 8};
  EXPECT_TRUE(can_use_depthwise_conv(image, at::randn({32, 1, 3, 3}), grid));
  EXPECT_FALSE(can_use_depthwise_conv(image.contiguous(), at::randn({32, 1, 3, 3}), grid)) << "channels first";
  EXPECT_FALSE(can_use_depthwise_conv(image, at::randn({64, 1, 3, 3}), grid)) << "two outputs a channel";
  EXPECT_FALSE(can_use_depthwise_conv(image, at::randn({32, 1, 7, 7}), grid)) << "kernel";
  EXPECT_FALSE(can_use_depthwise_conv(image, at::randn({32, 2, 3, 3}), grid)) << "grouped";
  EXPECT_FALSE(can_use_depthwise_conv(image, at::randn({32, 1, 3, 3}), {3, 1, 1, 3, 3})) << "stride";
}

}  // namespace
}  // namespace jetvit
