// Packed layers of predictions against the operators of ATen in float64. Tolerance: sums of up to 2,000 products in
// float32, relative to the largest value.
#include "ops/packed_product.h"

#include <optional>

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <gtest/gtest.h>

#include "ops/average_pool.h"
#include "ops/channel_affine.h"
#include "ops/packed_depthwise.h"
#include "ops/squeeze_excite.h"
#include "support/difference.h"
#include "support/expect_error.h"
#include "support/kept_threads.h"

namespace jetvit {
namespace {

constexpr double kFloatSums = 4e-6;

at::Tensor exact_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const std::optional<at::Tensor> added = bias.defined() ? std::optional(bias.to(at::kDouble)) : std::nullopt;
  return at::linear(x.to(at::kDouble), weight.to(at::kDouble), added);
}

at::Tensor channels_last(at::IntArrayRef shape) {
  return at::randn(shape).contiguous(at::MemoryFormat::ChannelsLast);
}

// Rows that fill no tile, columns that fill no panel.
TEST(PackedProduct, RowsOfAnyNumberAndWidthEqualTheOperator) {
  for (const std::int64_t in : {1, 3, 16, 50, 700}) {
    for (const std::int64_t out : {1, 15, 16, 17, 40, 96}) {
      const at::Tensor weight = at::randn({out, in});
      const at::Tensor bias = out % 2 == 0 ? at::randn({out}) : at::Tensor();
      const PackedProduct packed(weight, bias);
      for (const std::int64_t rows : {1, 2, 3, 4, 5, 6, 7, 11, 13, 241, 500}) {
        const at::Tensor x = at::randn({rows, in});
        EXPECT_LT(test::difference(packed.rows(x, std::nullopt), exact_linear(x, weight, bias)), kFloatSums)
            << rows << " x " << in << " x " << out;
      }
    }
  }
}

struct Windows {
  std::int64_t in, out, kernel, stride, padding;
};

TEST(PackedProduct, ConvolutionsEqualTheOperator) {
  for (const auto& [in, out, kernel, stride, padding] :
       {Windows{3, 16, 3, 1, 1}, Windows{3, 24, 7, 2, 3}, Windows{20, 33, 3, 2, 1}, Windows{16, 16, 2, 2, 0},
        Windows{5, 8, 6, 6, 0}, Windows{64, 40, 3, 1, 0}, Windows{24, 40, 1, 2, 0}, Windows{4, 17, 5, 3, 2}}) {
    const at::Tensor weight = at::randn({out, in, kernel, kernel});
    const at::Tensor bias = at::randn({out});
    const PackedProduct packed(weight, bias);
    for (const at::Tensor& x :
         {channels_last({3, in, 9, 12}), channels_last({1, in, 31, 30}), channels_last({2, in, 70, 66})}) {
      SCOPED_TRACE(testing::Message() << x.sizes() << " to " << out << ", " << kernel << " x " << kernel << ", stride "
                                      << stride << ", padding " << padding);
      const at::Tensor expected =
          at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble), stride, padding);
      const at::Tensor found = packed.images(x, stride, padding, std::nullopt);
      ASSERT_EQ(found.sizes(), expected.sizes());
      EXPECT_TRUE(found.is_contiguous(at::MemoryFormat::ChannelsLast));
      EXPECT_LT(test::difference(found, expected), kFloatSums);
    }
  }
}

// Bit for bit: of one jet as of many, on one thread as on several.
TEST(PackedProduct, ResultsDependOnNeitherBatchNorThreads) {
  const test::KeptThreads kept;
  const PackedProduct linear(at::randn({72, 96}), at::randn({72}));
  const PackedProduct convolution(at::randn({40, 24, 3, 3}), at::randn({40}));
  const PackedDepthwise depthwise(at::randn({24, 1, 3, 3}), at::randn({24}));
  const at::Tensor x = at::randn({500, 96});
  const at::Tensor images = channels_last({5, 24, 21, 20});
  const auto outputs = [&](const at::Tensor& rows, const at::Tensor& batch) {
    return std::vector{linear.rows(rows, Activation::kGelu), convolution.images(batch, 1, 1, Activation::kSilu),
                       depthwise.images(batch, 1, 1, Activation::kRelu)};
  };
  at::set_num_threads(1);
  const auto one = outputs(x, images);
  at::set_num_threads(2);
  const auto two = outputs(x, images);
  const auto alone = outputs(x.narrow(0, 7, 1), images.narrow(0, 3, 1));
  for (std::size_t index = 0; index < one.size(); ++index) EXPECT_TRUE(one[index].equal(two[index])) << index;
  EXPECT_TRUE(alone[0].equal(one[0].narrow(0, 7, 1)));
  for (const std::size_t index : {1, 2}) EXPECT_TRUE(alone[index].equal(one[index].narrow(0, 3, 1))) << index;
}

TEST(PackedProduct, ShapesThatDoNotFitAreRefused) {
  const PackedProduct linear(at::randn({8, 5}), at::Tensor());
  EXPECT_ERROR(linear.rows(at::randn({2, 6}), std::nullopt), c10::Error, "for 5 inputs");
  const PackedProduct convolution(at::randn({8, 5, 3, 3}), at::Tensor());
  EXPECT_ERROR(convolution.images(channels_last({1, 4, 8, 8}), 1, 1, std::nullopt), c10::Error, "for 5 channels");
  EXPECT_ERROR(convolution.images(channels_last({1, 5, 2, 8}), 1, 0, std::nullopt), c10::Error, "for windows of 3");
}

TEST(PackedDepthwise, EqualsTheOperator) {
  for (const std::int64_t channels : {16, 24, 40}) {
    for (const std::int64_t kernel : {3, 5}) {
      for (const std::int64_t stride : {1, 2}) {
        const at::Tensor weight = at::randn({channels, 1, kernel, kernel});
        const at::Tensor bias = channels == 24 ? at::Tensor() : at::randn({channels});
        ASSERT_TRUE(PackedDepthwise::can_pack(weight, stride, channels));
        const PackedDepthwise packed(weight, bias);
        const at::Tensor x = channels_last({2, channels, 11, 14});
        const std::optional<at::Tensor> added = bias.defined() ? std::optional(bias.to(at::kDouble)) : std::nullopt;
        const at::Tensor expected =
            at::silu(at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), added, stride, kernel / 2, 1, channels));
        const at::Tensor found = packed.images(x, stride, kernel / 2, Activation::kSilu);
        ASSERT_EQ(found.sizes(), expected.sizes());
        EXPECT_LT(test::difference(found, expected), kFloatSums);
      }
    }
  }
}

TEST(ChannelAffine, EqualsItsFormula) {
  const at::Tensor factor = at::randn({20});
  const at::Tensor shift = at::randn({20});
  const at::Tensor x = channels_last({3, 20, 9, 10});
  const at::Tensor z =
      x.to(at::kDouble) * factor.to(at::kDouble).view({-1, 1, 1}) + shift.to(at::kDouble).view({-1, 1, 1});
  const ChannelAffine affine(factor, shift);
  EXPECT_LT(test::difference(affine.images(x, std::nullopt), z), kFloatSums);
  EXPECT_LT(test::difference(affine.images(x, Activation::kGelu), at::gelu(z)), kFloatSums);
  EXPECT_LT(test::difference(affine.images(x, Activation::kRelu), at::relu(z)), kFloatSums);
}

// Bit for bit: with gradients, the operator itself computes.
TEST(AveragePool, EqualsTheOperator) {
  const at::NoGradGuard no_gradients;
  for (const at::Tensor& x : {channels_last({3, 20, 8, 10}), channels_last({1, 17, 9, 7}), at::randn({2, 5, 6, 6})}) {
    EXPECT_TRUE(average_pool_2x2(x).equal(at::avg_pool2d(x, 2)));
  }
}

// The halves of a squeeze-excite layer.
TEST(SqueezeAndExcite, EqualTheirFormulas) {
  const at::Tensor x = channels_last({3, 20, 9, 10});
  const at::Tensor mean = squeeze(x);
  EXPECT_EQ(mean.sizes(), (std::vector<std::int64_t>{3, 20, 1, 1}));
  EXPECT_LT(test::difference(mean, x.to(at::kDouble).mean({2, 3}, true)), kFloatSums);
  const at::Tensor logits = channels_last({3, 20, 1, 1});
  EXPECT_LT(test::difference(excite(x, logits), x.to(at::kDouble) * at::sigmoid(logits.to(at::kDouble))), kFloatSums);
}

}  // namespace
}  // namespace jetvit
