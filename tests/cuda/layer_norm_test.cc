// The kernels of layer norm, emulated, against ATen in float64.
#include "cuda/layer_norm.cuh"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "cuda/sum_parts.cuh"
#include "support/difference.h"
#include "support/emulator.h"
#include "support/leaf.h"

namespace jetvit {
namespace {

using emulator::launch;
using emulator::Order;

constexpr double kEpsilon = 1e-5;
constexpr int kRowParts = 3;

struct LayerNormOutcome {
  at::Tensor y, of_x, of_weight, of_bias;
};

at::Tensor nan_floats(at::IntArrayRef sizes) {
  return at::full(sizes, NAN, at::kFloat);
}

template <class T>
LayerNormOutcome emulated(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                          const at::Tensor& gradient, Order order) {
  const std::int64_t rows = x.size(0);
  const auto channels = static_cast<int>(x.size(1));
  const auto floats = [](const at::Tensor& of) { return of.mutable_data_ptr<float>(); };
  const auto stored = [](const at::Tensor& of) { return of.mutable_data_ptr<T>(); };
  LayerNormOutcome out = {at::full_like(x, NAN), at::full_like(x, NAN), {}, {}};
  const at::Tensor statistics = nan_floats({2, rows});
  float* const mean = floats(statistics);
  const unsigned warps = 4;
  const dim3 blocks = {static_cast<unsigned>((rows + warps - 1) / warps)};
  const std::size_t shared = warps * channels * sizeof(float);
  launch(
      blocks, {warps * kWarp}, shared,
      [&] {
        layer_norm_rows(stored(x), floats(weight), floats(bias), stored(out.y), mean, mean + rows, rows, channels,
                        static_cast<float>(kEpsilon));
      },
      order);
  launch(
      blocks, {warps * kWarp}, 2 * shared,
      [&] {
        layer_norm_backward_rows(stored(gradient), stored(x), floats(weight), mean, mean + rows, stored(out.of_x), rows,
                                 channels);
      },
      order);
  const at::Tensor sums = nan_floats({kRowParts, 2, channels});
  launch(
      {static_cast<unsigned>((channels + kWarp - 1) / kWarp), kRowParts}, {kWarp, kRowLanes}, 0,
      [&] {
        layer_norm_parameter_sums(stored(gradient), stored(x), mean, mean + rows, floats(sums), rows, channels,
                                  (rows + kRowParts - 1) / kRowParts);
      },
      order);
  const at::Tensor both = nan_floats({2, channels});
  launch(
      {static_cast<unsigned>(channels)}, {2}, 0,
      [&] { sum_parts(floats(sums), floats(both), kRowParts, 2 * channels); }, order);
  out.of_weight = both[0];
  out.of_bias = both[1];
  return out;
}

LayerNormOutcome expected(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                          const at::Tensor& gradient) {
  const at::Tensor in[] = {test::leaf(x.to(at::kDouble)), test::leaf(weight.to(at::kDouble)),
                           test::leaf(bias.to(at::kDouble))};
  const at::Tensor y = at::layer_norm(in[0], {x.size(1)}, in[1], in[2], kEpsilon);
  y.backward(gradient.to(at::kDouble));
  return {y.detach(), in[0].grad(), in[1].grad(), in[2].grad()};
}

template <class T>
void compare(std::int64_t rows, std::int64_t channels, double tolerance) {
  SCOPED_TRACE(testing::Message() << rows << " x " << channels);
  const at::Tensor x = (at::randn({rows, channels}) * 2 + 1).to(c10::CppTypeToScalarType<T>::value);
  const at::Tensor gradient = at::randn({rows, channels}).to(x.scalar_type());
  const at::Tensor weight = at::randn({channels});
  const at::Tensor bias = at::randn({channels});
  const LayerNormOutcome want = expected(x, weight, bias, gradient);
  const LayerNormOutcome forward = emulated<T>(x, weight, bias, gradient, Order::kForward);
  const LayerNormOutcome backward = emulated<T>(x, weight, bias, gradient, Order::kBackward);
  for (const auto of :
       {&LayerNormOutcome::y, &LayerNormOutcome::of_x, &LayerNormOutcome::of_weight, &LayerNormOutcome::of_bias}) {
    EXPECT_TRUE(at::equal(forward.*of, backward.*of)) << "the order of the threads matters";
    EXPECT_LT(test::relative_distance(forward.*of, want.*of), tolerance);
  }
}

// A row less and one more than a block's; channels of whole and of broken warps, and fewer than a warp.
TEST(EmulatedLayerNorm, EqualsAten) {
  for (const std::int64_t channels : {5, 32, 96, 129}) {
    for (const std::int64_t rows : {1, 7, 9}) {
      compare<float>(rows, channels, 2e-6);
      // A result is rounded once, to 8 bits: by a share of 2^-8 at most.
      compare<c10::BFloat16>(rows, channels, 1.0 / 256);
    }
  }
}

}  // namespace
}  // namespace jetvit
