// Packed weights against the operators of ATen in float64, on operands that are rounded where the product rounds them.
#include "ops/packed_weight.h"

#include <optional>
#include <tuple>

#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "support/difference.h"

namespace jetvit {
namespace {

using Followed = std::optional<Activation>;

at::Tensor followed(const at::Tensor& y, Followed activation) {
  return activation ? activate(y, *activation) : y;
}

// Sums of up to a few hundred products in float32; or one rounding of the result.
double tolerance(at::ScalarType precision) {
  return precision == at::kFloat ? 2e-6 : test::kBfloat16Rounding;
}

class PackedWeight : public testing::TestWithParam<std::tuple<at::ScalarType, Followed>> {
 protected:
  void SetUp() override {
    if (!can_pack(at::randn({1}), precision())) GTEST_SKIP() << "needs oneDNN and the precision's instructions";
  }
  static at::ScalarType precision() { return std::get<0>(GetParam()); }
  static Followed activation() { return std::get<1>(GetParam()); }
  static at::Tensor operand(at::IntArrayRef shape) { return at::randn(shape).to(precision()).to(at::kFloat); }
};

TEST_P(PackedWeight, LinearLayersEqualTheOperator) {
  for (const bool with_bias : {true, false}) {
    at::Tensor weight = operand({40, 24});
    at::Tensor bias = with_bias ? at::randn({40}) : at::Tensor();
    const PackedLinear packed(weight, bias, precision());
    for (const at::Tensor& x : {operand({5, 24}), operand({2, 3, 7, 24}), operand({24, 9}).t()}) {
      const auto exact_bias = with_bias ? std::optional(bias.to(at::kDouble)) : std::nullopt;
      const at::Tensor expected =
          followed(at::linear(x.to(at::kDouble), weight.to(at::kDouble), exact_bias), activation());
      const at::Tensor found = packed.forward(x, activation());
      EXPECT_EQ(found.scalar_type(), precision());
      ASSERT_EQ(found.sizes(), expected.sizes());
      EXPECT_LT(test::difference(found, expected), tolerance(precision()));
    }
    // A copy: later changes of the parameters are not seen.
    const at::Tensor x = operand({5, 24});
    const at::Tensor before = packed.forward(x, activation());
    weight.zero_();
    if (with_bias) bias.zero_();
    EXPECT_TRUE(packed.forward(x, activation()).equal(before));
  }
}

struct ConvCase {
  std::int64_t in, out, kernel;
  PackedConv::Windows windows;
};

TEST_P(PackedWeight, ConvolutionsEqualTheOperatorForImagesOfAnyShape) {
  for (const auto& [in, out, kernel, windows] :
       {ConvCase{24, 40, 1, {1, 0, 1}}, ConvCase{24, 40, 1, {2, 0, 1}}, ConvCase{3, 16, 3, {2, 1, 1}},
        ConvCase{32, 32, 3, {1, 1, 32}}, ConvCase{20, 20, 5, {2, 2, 20}}}) {
    SCOPED_TRACE(testing::Message() << in << " to " << out << ", " << kernel << " x " << kernel << ", stride "
                                    << windows.stride << ", groups " << windows.groups);
    const at::Tensor weight = operand({out, in / windows.groups, kernel, kernel});
    const at::Tensor bias = at::randn({out});
    const PackedConv packed(weight, bias, windows, precision());
    const at::Tensor two = operand({2, in, 9, 11});
    for (const at::Tensor& x : {two, two.contiguous(at::MemoryFormat::ChannelsLast), operand({1, in, 16, 16}), two}) {
      const at::Tensor expected = followed(
          at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble), at::IntArrayRef(windows.stride),
                     at::IntArrayRef(windows.padding), at::IntArrayRef(1), windows.groups),
          activation());
      const at::Tensor found = packed.forward(x, activation());
      EXPECT_EQ(found.scalar_type(), precision());
      EXPECT_TRUE(found.is_contiguous(at::MemoryFormat::ChannelsLast));
      ASSERT_EQ(found.sizes(), expected.sizes());
      EXPECT_LT(test::difference(found, expected), tolerance(precision()));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, PackedWeight,
                         testing::Combine(testing::Values(at::kFloat, at::kBFloat16),
                                          testing::Values(Followed(), Followed(Activation::kRelu),
                                                          Followed(Activation::kSilu), Followed(Activation::kGelu),
                                                          Followed(Activation::kGeluTanh))));

TEST(PackedWeights, AreMadeOfFloat32OnTheCpuAlone) {
  EXPECT_FALSE(can_pack(at::randn({2, 2}, at::kDouble), at::kFloat));
  EXPECT_FALSE(can_pack(at::randn({2, 2}).to(at::kMeta), at::kFloat));
}

}  // namespace
}  // namespace jetvit
