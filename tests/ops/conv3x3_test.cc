// Convolution by 3 x 3 weights against ATen's in float64: outputs and gradients.
#include "ops/conv3x3.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/called_operators.h"
#include "support/difference.h"
#include "support/layer_result.h"
#include "support/leaf.h"

namespace jetvit {
namespace {

struct ImageCase {
  std::int64_t images, in, out, height, width;
};

class Conv3x3 : public ::testing::TestWithParam<ImageCase> {
 protected:
  void SetUp() override {
    const ImageCase& size = GetParam();
    image = at::randn({size.images, size.in, size.height, size.width}).contiguous(at::MemoryFormat::ChannelsLast);
    weight = at::randn({size.out, size.in, 3, 3});
    bias = at::randn({size.out});
    gradient = at::randn({size.images, size.out, size.height, size.width});
  }

  test::LayerResult ours() const {
    const test::CalledOperators called;
    const test::LayerResult result = test::run_layer(conv3x3, image, weight, bias, gradient);
    EXPECT_THAT(called.names(), testing::ElementsAre("conv3x3", "conv3x3_backward"));
    return result;
  }

  at::Tensor image, weight, bias, gradient;
};

// Sums of up to 7,200 products in float32 agree to about 1e-6 of the largest.
TEST_P(Conv3x3, IsTheConvolution) {
  const auto convolve = [](const at::Tensor& x, const at::Tensor& w, const at::Tensor& b) {
    return at::conv2d(x, w, b, 1, 1);
  };
  const test::LayerResult found = ours();
  const test::LayerResult exact = test::run_layer(convolve, image.to(at::kDouble), weight.to(at::kDouble),
                                                  bias.to(at::kDouble), gradient.to(at::kDouble));
  EXPECT_LT(test::difference(found.y, exact.y), 2e-6);
  EXPECT_LT(test::difference(found.gx, exact.gx), 2e-6);
  EXPECT_LT(test::difference(found.gw, exact.gw), 2e-6);
  EXPECT_LT(test::difference(found.gb, exact.gb), 2e-6);
}

TEST_P(Conv3x3, WorksWithoutBias) {
  const at::Tensor w = test::leaf(weight);
  const at::Tensor y = conv3x3(image, w, {});
  y.backward(gradient);
  const test::LayerResult biased = ours();
  // Adding the bias last instead of first rounds otherwise.
  EXPECT_LT(test::difference(y + bias.view({-1, 1, 1}), biased.y), 1e-6);
  EXPECT_TRUE(w.grad().equal(biased.gw));
}

TEST_P(Conv3x3, GivesTheSameForAnyNumberOfThreads) {
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const test::LayerResult one = ours();
  at::set_num_threads(3);
  const test::LayerResult three = ours();
  at::set_num_threads(before);
  EXPECT_TRUE(one.y.equal(three.y));
  EXPECT_TRUE(one.gx.equal(three.gx));
  EXPECT_TRUE(one.gw.equal(three.gw));
}

// Rows that fill tiles and that do not, images smaller than the window, in one band and in several whose last is
// shorter, more images than blocks of sums, channels that narrow and widen.
INSTANTIATE_TEST_SUITE_P(Sizes, Conv3x3,
                         ::testing::Values(ImageCase{8, 16, 16, 30, 30}, ImageCase{2, 32, 32, 15, 15},
                                           ImageCase{3, 16, 32, 13, 25}, ImageCase{2, 32, 32, 41, 24},
                                           ImageCase{2, 32, 16, 40, 64}, ImageCase{35, 16, 16, 4, 6},
                                           ImageCase{2, 16, 16, 1, 1}, ImageCase{1, 16, 32, 2, 1},
                                           ImageCase{1, 32, 16, 7, 400}));

TEST(Conv3x3Composite, TakesOtherConvolutions) {
  const at::Tensor image = at::randn({1, 32, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto runs_kernel = [](const at::Tensor& x, std::int64_t out) {
    const at::Tensor weight = at::randn({out, x.size(1), 3, 3}).to(x.scalar_type());
    const test::CalledOperators called;
    const at::Tensor y = conv3x3(x, weight, {});
    EXPECT_TRUE(y.equal(at::conv2d(x, weight, {}, 1, 1)) || called.contains("conv3x3"));
    return called.contains("conv3x3");
  };
  EXPECT_TRUE(runs_kernel(image, 16));
  EXPECT_FALSE(runs_kernel(image.contiguous(), 16)) << "channels first";
  EXPECT_FALSE(runs_kernel(image.to(at::kBFloat16), 16)) << "bfloat16";
  EXPECT_FALSE(runs_kernel(image.to(at::kDouble), 16)) << "float64";
  EXPECT_FALSE(runs_kernel(image, 24)) << "outputs that fill no vectors";
  EXPECT_FALSE(runs_kernel(image, 48)) << "many outputs";
}

}  // namespace
}  // namespace jetvit
