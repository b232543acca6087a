// The kernels of batch norm with an activation, emulated, against ATen in float64.
#include "cuda/batch_norm_activation.cuh"

#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "ops/activation.h"
#include "support/difference.h"
#include "support/emulator.h"
#include "support/leaf.h"

namespace jetvit {
namespace {

using emulator::launch;
using emulator::Order;

constexpr double kNormEpsilon = 1e-3;
constexpr double kMomentum = 0.3;
constexpr int kNormParts = 3;

struct BatchNormOutcome {
  at::Tensor y, running_mean, running_variance, of_x, of_weight, of_bias;
};

struct BatchNormInput {
  at::Tensor x, weight, bias, gradient;
};

template <class T, class F>
BatchNormOutcome emulated_norm(const BatchNormInput& in, Order order) {
  const std::int64_t rows = in.x.size(0);
  const auto channels = static_cast<int>(in.x.size(1));
  const std::int64_t part = (rows + kNormParts - 1) / kNormParts;
  const auto stored = [](const at::Tensor& of) { return of.mutable_data_ptr<T>(); };
  const auto floats = [](const at::Tensor& of) { return of.mutable_data_ptr<float>(); };
  const auto room = [](at::IntArrayRef sizes) { return at::full(sizes, NAN, at::kFloat); };
  const dim3 grid = {static_cast<unsigned>((channels + kWarp - 1) / kWarp), kNormParts};
  const dim3 threads = {kWarp, kRowLanes};
  const dim3 per_channel = {static_cast<unsigned>(channels)};
  BatchNormOutcome out = {at::full_like(in.x, NAN), at::zeros({channels}), at::ones({channels}),
                          at::full_like(in.x, NAN), room({channels}),      room({channels})};
  const at::Tensor sums = room({kNormParts, 2, channels});
  const at::Tensor statistics = room({2, channels});
  const at::Tensor terms = room({2, channels});
  launch(
      grid, threads, 0, [&] { batch_norm_moments(stored(in.x), floats(sums), rows, channels, part); }, order);
  launch(
      per_channel, {1}, 0,
      [&] {
        batch_norm_statistics(stored(in.x), floats(sums), kNormParts, rows, channels, kMomentum, kNormEpsilon,
                              floats(statistics), floats(out.running_mean), floats(out.running_variance));
      },
      order);
  launch(
      grid, threads, 0,
      [&] {
        batch_norm_normalize<T, F>(stored(in.x), floats(statistics), floats(in.weight), floats(in.bias), stored(out.y),
                                   rows, channels, part);
      },
      order);
  launch(
      grid, threads, 0,
      [&] {
        batch_norm_gradient_sums<T, F>(stored(in.gradient), stored(in.x), floats(statistics), floats(in.weight),
                                       floats(in.bias), floats(sums), rows, channels, part);
      },
      order);
  launch(
      per_channel, {1}, 0,
      [&] {
        batch_norm_gradient_terms(floats(sums), kNormParts, floats(statistics), rows, channels, floats(out.of_weight),
                                  floats(out.of_bias), floats(terms));
      },
      order);
  launch(
      grid, threads, 0,
      [&] {
        batch_norm_differentiate<T, F>(stored(in.gradient), stored(in.x), floats(statistics), floats(in.weight),
                                       floats(in.bias), floats(terms), stored(out.of_x), rows, channels, part);
      },
      order);
  return out;
}

BatchNormOutcome expected_norm(const BatchNormInput& in, Activation activation) {
  const auto doubles = at::TensorOptions(at::kDouble);
  const std::int64_t channels = in.x.size(1);
  const at::Tensor x = test::leaf(in.x.to(at::kDouble));
  const at::Tensor weight = test::leaf(in.weight.to(at::kDouble));
  const at::Tensor bias = test::leaf(in.bias.to(at::kDouble));
  const at::Tensor mean = at::zeros({channels}, doubles);
  const at::Tensor variance = at::ones({channels}, doubles);
  const at::Tensor y = activate(
      at::batch_norm(x, weight, bias, mean, variance, /*training=*/true, kMomentum, kNormEpsilon, false), activation);
  y.backward(in.gradient.to(at::kDouble));
  return {y.detach(), mean, variance, x.grad(), weight.grad(), bias.grad()};
}

template <class T, class F>
void compare_norm(Activation activation, std::int64_t rows, std::int64_t channels, double tolerance) {
  SCOPED_TRACE(testing::Message() << rows << " x " << channels << ", activation " << static_cast<int>(activation));
  const at::ScalarType type = c10::CppTypeToScalarType<T>::value;
  const BatchNormInput in = {(at::randn({rows, channels}) * 0.5 + 20).to(type), at::randn({channels}),
                             at::randn({channels}), at::randn({rows, channels}).to(type)};
  const BatchNormOutcome want = expected_norm(in, activation);
  const BatchNormOutcome forward = emulated_norm<T, F>(in, Order::kForward);
  const BatchNormOutcome backward = emulated_norm<T, F>(in, Order::kBackward);
  for (const auto of : {&BatchNormOutcome::y, &BatchNormOutcome::running_mean, &BatchNormOutcome::running_variance,
                        &BatchNormOutcome::of_x, &BatchNormOutcome::of_weight, &BatchNormOutcome::of_bias}) {
    EXPECT_TRUE(at::equal(forward.*of, backward.*of)) << "the order of the threads matters";
    EXPECT_LT(test::relative_distance(forward.*of, want.*of), tolerance);
  }
}

template <class T>
void compare_norms(double tolerance) {
  for (const std::int64_t channels : {5, 32, 33}) {
    for (const std::int64_t rows : {9, 40}) {
      compare_norm<T, SiluOnGpu>(Activation::kSilu, rows, channels, tolerance);
      compare_norm<T, GeluOnGpu>(Activation::kGelu, rows, channels, tolerance);
      compare_norm<T, GeluTanhOnGpu>(Activation::kGeluTanh, rows, channels, tolerance);
    }
  }
}

// Parts that are not full, channels of whole and broken warps, and a mean of 40 deviations.
TEST(EmulatedBatchNormActivation, EqualsAten) {
  // shift = bias - mean factor loses log2(40) of 24 bits.
  compare_norms<float>(2e-5);
  // A result is rounded once, to 8 bits: by a share of 2^-8 at most.
  compare_norms<c10::BFloat16>(1.0 / 256);
}

}  // namespace
}  // namespace jetvit
