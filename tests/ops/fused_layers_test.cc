// The fused layers against the operators of ATen that they stand for, in float32: outputs, gradients and statistics.
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "compute/vector_math.h"
#include "ops/batch_norm_activation.h"
#include "ops/fused_activation.h"
#include "ops/layer_norm.h"
#include "ops/row_blocks.h"
#include "ops/squeeze_excite.h"
#include "support/difference.h"
#include "support/layer_result.h"
#include "support/leaf.h"

namespace jetvit {
namespace {

constexpr double kMomentum = 0.1;
constexpr double kEpsilon = 1e-5;

// N, C, H, W; more rows than a block and fewer; channels that fill no vector.
class FusedLayers : public ::testing::TestWithParam<std::array<std::int64_t, 4>> {
 protected:
  // The same draws in every run: some leave no ReLU alive, or a gate where float32 has no digits.
  FusedLayers() { at::manual_seed(1); }

  at::Tensor input() const {
    const auto& size = GetParam();
    return at::randn({size[0], size[1], size[2], size[3]}).contiguous(at::MemoryFormat::ChannelsLast);
  }
  static std::int64_t channels() { return GetParam()[1]; }
};

struct NormResult : test::LayerResult {
  at::Tensor running_mean, running_variance;
};

template <class Layer>
NormResult run_norm(Layer layer, const at::Tensor& values, const at::Tensor& w, const at::Tensor& b,
                    const at::Tensor& gradient) {
  const at::Tensor mean = at::zeros({values.size(1)}, w.options());
  const at::Tensor variance = at::ones({values.size(1)}, w.options());
  const auto norm = [&](const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    return layer(x, weight, bias, mean, variance);
  };
  return {test::run_layer(norm, values, w, b, gradient), mean, variance};
}

NormResult fused_norm(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b, const at::Tensor& gradient,
                      Activation activation = Activation::kSilu) {
  return run_norm(
      [&](const auto& image, const auto& weight, const auto& bias, const auto& mean, const auto& variance) {
        return batch_norm_activation(image, weight, bias, mean, variance, kMomentum, kEpsilon, activation);
      },
      x, w, b, gradient);
}

// The same by the operators of ATen, in the precision of the values.
NormResult plain_norm(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b, const at::Tensor& gradient,
                      Activation activation) {
  return run_norm(
      [&](const auto& image, const auto& weight, const auto& bias, const auto& mean, const auto& variance) {
        return activate(
            at::batch_norm(image, weight, bias, mean, variance, true, kMomentum, kEpsilon, /*cudnn_enabled=*/false),
            activation);
      },
      x, w, b, gradient);
}

TEST_P(FusedLayers, BatchNormActivation) {
  // A mean far from zero: sums of squares about zero would lose three digits.
  const at::Tensor x = 3 * input() + 30;
  const at::Tensor w = at::randn({channels()});
  const at::Tensor b = at::randn({channels()});
  const at::Tensor gradient = at::randn(x.sizes());
  for (const Activation activation : {Activation::kSilu, Activation::kGelu, Activation::kGeluTanh}) {
    SCOPED_TRACE(static_cast<int>(activation));
    const NormResult got = fused_norm(x, w, b, gradient, activation);
    const NormResult expected =
        plain_norm(x.to(at::kDouble), w.to(at::kDouble), b.to(at::kDouble), gradient.to(at::kDouble), activation);
    EXPECT_LT(test::difference(got.y, expected.y), 2e-5);  // x itself has an error of 2e-6 deviations
    EXPECT_LT(test::difference(got.gx, expected.gx), 1e-4);
    EXPECT_LT(test::difference(got.gw, expected.gw), 1e-4);
    EXPECT_LT(test::difference(got.gb, expected.gb), 1e-4);
    EXPECT_LT(test::difference(got.running_mean, expected.running_mean), 1e-6);
    EXPECT_LT(test::difference(got.running_variance, expected.running_variance), 1e-5);
  }
}

// In bfloat16 against the operators in float32 on the same numbers. Both compute alike, and ours rounds the result
// once: to 8 bits, an error of at most 2^-8 of it. What stays float32 (statistics, gradients of the parameters) is
// exact.
TEST_P(FusedLayers, BatchNormActivationInBfloat16) {
  const at::Tensor x = (input() + 2).to(at::kBFloat16);
  const at::Tensor w = at::randn({channels()});
  const at::Tensor b = at::randn({channels()});
  const at::Tensor gradient = at::randn(x.sizes()).to(at::kBFloat16);
  ASSERT_TRUE(is_channels_last_image(x));
  for (const Activation activation : {Activation::kSilu, Activation::kGelu, Activation::kGeluTanh}) {
    SCOPED_TRACE(static_cast<int>(activation));
    const NormResult got = fused_norm(x, w, b, gradient, activation);
    const NormResult expected = plain_norm(x.to(at::kFloat), w, b, gradient.to(at::kFloat), activation);
    EXPECT_EQ(got.y.scalar_type(), at::kBFloat16);
    EXPECT_EQ(got.gw.scalar_type(), at::kFloat);
    EXPECT_LT(test::difference(got.y, expected.y), test::kBfloat16Rounding);
    EXPECT_LT(test::difference(got.gx, expected.gx), test::kBfloat16Rounding);
    EXPECT_LT(test::difference(got.gw, expected.gw), 1e-4);
    EXPECT_LT(test::difference(got.gb, expected.gb), 1e-4);
    EXPECT_LT(test::difference(got.running_mean, expected.running_mean), 1e-6);
    EXPECT_LT(test::difference(got.running_variance, expected.running_variance), 1e-5);
    const int threads = at::get_num_threads();
    at::set_num_threads(1);
    const NormResult again = fused_norm(x, w, b, gradient.contiguous(at::MemoryFormat::ChannelsLast), activation);
    at::set_num_threads(threads);
    EXPECT_TRUE(got.y.equal(again.y) && got.gx.equal(again.gx) && got.gw.equal(again.gw));
  }
}

// More rows than a block and fewer; channels that fill whole vectors, that do not and that fill none.
TEST(LayerNorm, EqualsTheOperatorAndRoundsOnceInBfloat16) {
  for (const auto& [rows, channels] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{3, 32}, {300, 96}, {257, 100}, {5, 7}, {1, 1}}) {
    for (const at::ScalarType stored : {at::kFloat, at::kBFloat16}) {
      SCOPED_TRACE(testing::Message() << rows << " x " << channels << " " << stored);
      // A mean far from zero: sums of squares about zero would lose digits.
      const at::Tensor x = (at::randn({rows, channels}) + 20).to(stored);
      const at::Tensor w = at::randn({channels});
      const at::Tensor b = at::randn({channels});
      const at::Tensor gradient = at::randn({rows, channels}).to(stored);
      const auto ours = [](const auto& image, const auto& weight, const auto& bias) {
        return layer_norm(image, weight, bias, kEpsilon);
      };
      const auto plain = [](const auto& image, const auto& weight, const auto& bias) {
        return at::layer_norm(image, {weight.numel()}, weight, bias, kEpsilon);
      };
      const test::LayerResult got = test::run_layer(ours, x, w, b, gradient);
      const test::LayerResult expected =
          test::run_layer(plain, x.to(at::kDouble), w.to(at::kDouble), b.to(at::kDouble), gradient.to(at::kDouble));
      EXPECT_EQ(got.y.scalar_type(), stored);
      EXPECT_EQ(got.gw.scalar_type(), at::kFloat);
      // x itself has an error of 1e-6 deviations in float32.
      const double tolerance = stored == at::kFloat ? 1e-5 : test::kBfloat16Rounding;
      EXPECT_LT(test::difference(got.y, expected.y), tolerance);
      if (channels > 1) {  // else zero but for rounding
        EXPECT_LT(test::difference(got.gx, expected.gx), tolerance);
        EXPECT_LT(test::difference(got.gw, expected.gw), 1e-5);
      }
      EXPECT_LT(test::difference(got.gb, expected.gb), 1e-5);
      const int threads = at::get_num_threads();
      at::set_num_threads(1);
      const test::LayerResult again = test::run_layer(ours, x, w, b, gradient);
      at::set_num_threads(threads);
      EXPECT_TRUE(got.y.equal(again.y) && got.gx.equal(again.gx) && got.gw.equal(again.gw) && got.gb.equal(again.gb));
    }
  }
}

TEST(FusedActivation, RoundsOnceInBfloat16InEitherOrderOfMemory) {
  const at::Tensor line = at::linspace(-12, 12, 24 * 1000).to(at::kBFloat16);
  for (const at::Tensor& values : {line, line.view({10, 24, 100}).transpose(1, 2)}) {
    const at::Tensor gradient = at::randn(values.sizes()).to(at::kBFloat16);
    for (const Activation activation : {Activation::kSilu, Activation::kGelu, Activation::kGeluTanh}) {
      SCOPED_TRACE(static_cast<int>(activation));
      const at::Tensor x = test::leaf(values);
      const at::Tensor y = fused_activation(x, activation);
      y.backward(gradient);
      const at::Tensor exact_x = test::leaf(values.to(at::kFloat));
      const at::Tensor exact_y = activate(exact_x, activation);
      exact_y.backward(gradient.to(at::kFloat));
      EXPECT_EQ(y.scalar_type(), at::kBFloat16);
      EXPECT_LT(test::difference(y, exact_y), test::kBfloat16Rounding);
      EXPECT_LT(test::difference(x.grad(), exact_x.grad()), test::kBfloat16Rounding);
    }
  }
}

TEST(FusedActivation, EqualsTheOperatorsWherePositionsAndMemoryOrdersDiffer) {
  const at::Tensor line = at::linspace(-12, 12, 24 * 1000);
  for (const at::Tensor& values : {line, line.view({10, 24, 100}).transpose(1, 2), line.view({4, 6, 10, 100})}) {
    const at::Tensor gradient = at::randn(values.sizes());
    for (const Activation activation :
         {Activation::kRelu, Activation::kSilu, Activation::kGelu, Activation::kGeluTanh}) {
      SCOPED_TRACE(static_cast<int>(activation));
      const at::Tensor x = test::leaf(values);
      const at::Tensor y = fused_activation(x, activation);
      y.backward(gradient);
      const at::Tensor exact_x = test::leaf(values.to(at::kDouble));
      const at::Tensor exact_y = activate(exact_x, activation);
      exact_y.backward(gradient.to(at::kDouble));
      EXPECT_LT(((y - exact_y).abs() / (exact_x.abs() + 1)).max().item<double>(), 3e-7);
      EXPECT_LT((x.grad() - exact_x.grad()).abs().max().item<double>(), 1e-5);  // the gradients reach 4
    }
  }
}

TEST_P(FusedLayers, BatchNormActivationDoesNotDependOnThreadsNorOnMemoryOrderOfTheGradient) {
  const at::Tensor x = input();
  const at::Tensor w = at::randn({channels()});
  const at::Tensor b = at::randn({channels()});
  const at::Tensor gradient = at::randn(x.sizes());
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const NormResult one = fused_norm(x, w, b, gradient);
  at::set_num_threads(3);
  const NormResult three = fused_norm(x, w, b, gradient.contiguous(at::MemoryFormat::ChannelsLast));
  at::set_num_threads(threads);
  EXPECT_TRUE(one.y.equal(three.y));
  EXPECT_TRUE(one.gx.equal(three.gx));
  EXPECT_TRUE(one.gw.equal(three.gw));
  EXPECT_TRUE(one.running_variance.equal(three.running_variance));
}

TEST_P(FusedLayers, OtherMemoryOrdersGoThroughTheOperators) {
  const at::Tensor rows = input();
  const at::Tensor w = at::randn({channels()});
  const at::Tensor b = at::randn({channels()});
  const at::Tensor gradient = at::randn(rows.sizes());
  const NormResult got = fused_norm(rows.contiguous(), w, b, gradient);
  const NormResult expected = fused_norm(rows, w, b, gradient);
  EXPECT_LT(test::difference(got.y, expected.y), 4e-6);  // statistics over 17 values a channel and image
  EXPECT_LT(test::difference(got.gx, expected.gx), 2e-5);
}

TEST_P(FusedLayers, SqueezeExcite) {
  for (const Activation activation : {Activation::kRelu, Activation::kSilu}) {
    SCOPED_TRACE(static_cast<int>(activation));
    const std::int64_t reduced = channels() / 4 + 1;
    const at::Tensor values = input();
    const std::array<at::Tensor, 4> parameters = {at::randn({reduced, channels()}), at::randn({reduced}).abs() + 1,
                                                  at::randn({channels(), reduced}), at::randn({channels()})};
    const at::Tensor gradient = at::randn(values.sizes());
    const auto run = [&](at::ScalarType type, auto layer) {
      std::vector<at::Tensor> inputs = {test::leaf(values.to(type))};
      for (const at::Tensor& parameter : parameters) inputs.push_back(test::leaf(parameter.to(type)));
      std::vector<at::Tensor> out = {layer(inputs)};
      out.front().backward(gradient.to(type));
      for (const at::Tensor& input : inputs) out.push_back(input.grad());
      return out;
    };
    ASSERT_TRUE(is_channels_last_image(values));
    const auto got = run(at::kFloat, [&](const std::vector<at::Tensor>& in) {
      return squeeze_excite(in[0], in[1], in[2], in[3], in[4], activation);
    });
    const auto operators = [&](const std::vector<at::Tensor>& in) {
      const at::Tensor hidden = activate(at::linear(in[0].mean({2, 3}), in[1], in[2]), activation);
      return in[0] * at::sigmoid(at::linear(hidden, in[3], in[4])).unsqueeze(-1).unsqueeze(-1);
    };
    const auto expected = run(at::kDouble, operators);
    for (std::size_t index = 0; index < got.size(); ++index) {
      EXPECT_LT(test::difference(got[index], expected[index]), 1e-5) << index;
    }
    // With x and its gradient in bfloat16, the parameters and theirs in float32.
    std::vector<at::Tensor> inputs = {test::leaf(values.to(at::kBFloat16))};
    std::vector<at::Tensor> exact_inputs = {test::leaf(inputs[0].detach().to(at::kFloat))};
    for (const at::Tensor& parameter : parameters) {
      inputs.push_back(test::leaf(parameter));
      exact_inputs.push_back(test::leaf(parameter));
    }
    const at::Tensor rounded_gradient = gradient.to(at::kBFloat16);
    const at::Tensor y = squeeze_excite(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], activation);
    y.backward(rounded_gradient);
    const at::Tensor exact_y = operators(exact_inputs);
    exact_y.backward(rounded_gradient.to(at::kFloat));
    EXPECT_LT(test::difference(y, exact_y), test::kBfloat16Rounding);
    EXPECT_LT(test::difference(inputs[0].grad(), exact_inputs[0].grad()), test::kBfloat16Rounding);
    for (std::size_t index = 1; index < inputs.size(); ++index) {
      EXPECT_LT(test::difference(inputs[index].grad(), exact_inputs[index].grad()), 1e-5) << index;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, FusedLayers,
                         ::testing::Values(std::array<std::int64_t, 4>{1, 5, 3, 2},
                                           std::array<std::int64_t, 4>{3, 13, 7, 9},
                                           std::array<std::int64_t, 4>{2, 64, 16, 16},
                                           std::array<std::int64_t, 4>{8, 33, 1, 17}));

TEST(VectorMath, Log1pIsWithinTwoUnitsInTheLastPlace) {
  for (double power = -130; power < 127.9; power += 0.003) {
    const float x = static_cast<float>(std::exp2(power));
    const double exact = std::log1p(static_cast<double>(x));
    ASSERT_NEAR(vector_log1p(x) / exact, 1, 2.4e-7) << x;
  }
  EXPECT_EQ(vector_log1p(0), 0.0F);
  EXPECT_EQ(vector_log1p(std::numeric_limits<float>::infinity()), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(vector_log1p(std::numeric_limits<float>::quiet_NaN())));
}

TEST(VectorMath, ExponentialIsWithinTwoUnits) {
  for (float x = -86.9F; x < 88.0F; x += 0.00317F) {
    const double exact = std::exp(static_cast<double>(x));
    ASSERT_NEAR(vector_exp(x) / exact, 1, 2.4e-7) << x;
  }
  EXPECT_EQ(vector_exp(0), 1.0F);
  EXPECT_EQ(vector_sigmoid(200), 1.0F);
  EXPECT_NEAR(vector_sigmoid(-200), 0.0F, 1e-37);
  EXPECT_TRUE(std::isnan(vector_sigmoid(std::numeric_limits<float>::quiet_NaN())));
}

}  // namespace
}  // namespace jetvit
