// The kernels of squeeze-excite, emulated, with the layers between them, against ATen in float64.
#include "cuda/squeeze_excite.cuh"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sigmoid.h>
#include <gtest/gtest.h>

#include "cuda/sum_parts.cuh"
#include "ops/squeeze_excite_layers.h"
#include "support/difference.h"
#include "support/emulator.h"
#include "support/leaf.h"

namespace jetvit {
namespace {

using emulator::launch;
using emulator::Order;

constexpr int kPixelParts = 3;

// The gradients of parameters are float32 for any x. Their terms, of a few images here, may nearly cancel.
constexpr double kParameterTolerance = 2e-5;

struct SqueezeExciteOutcome {
  at::Tensor y, of_x, of_weight1, of_bias1, of_weight2, of_bias2;
};

struct SqueezeExciteInput {
  at::Tensor x, weight1, bias1, weight2, bias2, gradient;
  Activation activation;
};

template <class T>
SqueezeExciteOutcome emulated_squeeze_excite(const SqueezeExciteInput& in, Order order) {
  const std::int64_t images = in.x.size(0);
  const auto channels = static_cast<int>(in.x.size(1));
  const std::int64_t pixels = in.x.size(2) * in.x.size(3);
  const std::int64_t part = (pixels + kPixelParts - 1) / kPixelParts;
  const auto stored = [](const at::Tensor& of) { return of.mutable_data_ptr<T>(); };
  const auto floats = [](const at::Tensor& of) { return of.mutable_data_ptr<float>(); };
  const dim3 threads = {kWarp, kRowLanes};
  const dim3 grid = {static_cast<unsigned>(images * ((channels + kWarp - 1) / kWarp)), kPixelParts};
  const at::Tensor sums = at::full({kPixelParts, images, channels}, NAN, at::kFloat);
  const auto sum_of_parts = [&] {
    at::Tensor sum = at::full({images, channels}, NAN, at::kFloat);
    launch(
        {static_cast<unsigned>(sum.numel())}, {1}, 0,
        [&] { sum_parts(floats(sums), floats(sum), kPixelParts, sum.numel()); }, order);
    return sum;
  };
  const auto scaled = [&](const at::Tensor& x, const at::Tensor& gate, const float* shift) {
    at::Tensor y = at::full_like(x, NAN);
    launch(
        grid, threads, 0,
        [&] { squeeze_excite_scale(stored(x), floats(gate), shift, stored(y), pixels, channels, part); }, order);
    return y;
  };
  launch(
      grid, threads, 0, [&] { squeeze_excite_means(stored(in.x), floats(sums), images, pixels, channels, part); },
      order);
  const at::Tensor mean = sum_of_parts();
  const ChannelGate of = channel_gate(mean, in.weight1, in.bias1, in.weight2, in.bias2, in.activation);
  const at::Tensor y = scaled(in.x, of.gate, nullptr);
  launch(
      grid, threads, 0,
      [&] { squeeze_excite_products(stored(in.gradient), stored(in.x), floats(sums), images, pixels, channels, part); },
      order);
  const auto [of_x, of_weight1, of_bias1, of_weight2, of_bias2] =
      squeeze_excite_gradients(sum_of_parts(), in.weight1, in.weight2, mean, of.hidden, of.gate, in.activation, pixels,
                               {true, true, true, true, true},
                               [&](const at::Tensor& shift) { return scaled(in.gradient, of.gate, floats(shift)); });
  return {y, of_x, of_weight1, of_bias1, of_weight2, of_bias2};
}

SqueezeExciteOutcome expected_squeeze_excite(const SqueezeExciteInput& in) {
  const auto leaf = [](const at::Tensor& of) { return test::leaf(of.to(at::kDouble)); };
  const at::Tensor x = leaf(in.x), weight1 = leaf(in.weight1), bias1 = leaf(in.bias1), weight2 = leaf(in.weight2),
                   bias2 = leaf(in.bias2);
  const at::Tensor hidden = activate(at::linear(x.mean({2, 3}), weight1, bias1), in.activation);
  const at::Tensor y = x * at::sigmoid(at::linear(hidden, weight2, bias2)).unsqueeze(2).unsqueeze(3);
  y.backward(in.gradient.to(at::kDouble));
  return {y.detach(), x.grad(), weight1.grad(), bias1.grad(), weight2.grad(), bias2.grad()};
}

template <class T>
void compare_squeeze_excite(Activation activation, std::int64_t channels, std::int64_t height, std::int64_t width,
                            double tolerance) {
  SCOPED_TRACE(testing::Message() << channels << " x " << height << " x " << width << ", activation "
                                  << static_cast<int>(activation));
  const std::int64_t reduced = channels / 4 + 1;
  // Means of one deviation of the pixels: the gate and its gradients depend on all of them.
  const auto images = [&] {
    const at::Tensor values = at::randn({3, channels, height, width}) + at::randn({3, channels, 1, 1});
    return values.to(c10::CppTypeToScalarType<T>::value).contiguous(at::MemoryFormat::ChannelsLast);
  };
  const auto weights = [](std::int64_t out, std::int64_t in) {
    return at::randn({out, in}) / std::sqrt(static_cast<double>(in));
  };
  // The bias keeps units of ReLU alive.
  const SqueezeExciteInput in = {images(),
                                 weights(reduced, channels),
                                 at::randn({reduced}) + 1,
                                 weights(channels, reduced),
                                 at::randn({channels}),
                                 images(),
                                 activation};
  const SqueezeExciteOutcome want = expected_squeeze_excite(in);
  const SqueezeExciteOutcome forward = emulated_squeeze_excite<T>(in, Order::kForward);
  const SqueezeExciteOutcome backward = emulated_squeeze_excite<T>(in, Order::kBackward);
  const auto compare = [&](at::Tensor SqueezeExciteOutcome::*of, double most) {
    EXPECT_TRUE(at::equal(forward.*of, backward.*of)) << "the order of the threads matters";
    EXPECT_LT(test::relative_distance(forward.*of, want.*of), most);
  };
  for (const auto of : {&SqueezeExciteOutcome::y, &SqueezeExciteOutcome::of_x}) compare(of, tolerance);
  for (const auto of : {&SqueezeExciteOutcome::of_weight1, &SqueezeExciteOutcome::of_bias1,
                        &SqueezeExciteOutcome::of_weight2, &SqueezeExciteOutcome::of_bias2}) {
    compare(of, kParameterTolerance);
  }
}

template <class T>
void compare_all_squeeze_excite(double tolerance) {
  for (const Activation activation : {Activation::kRelu, Activation::kSilu}) {
    for (const std::int64_t channels : {5, 32, 33}) {
      compare_squeeze_excite<T>(activation, channels, 1, 1, tolerance);
      compare_squeeze_excite<T>(activation, channels, 2, 2, tolerance);
      compare_squeeze_excite<T>(activation, channels, 7, 9, tolerance);
    }
  }
}

// Parts that are empty or not full, channels of whole and broken warps.
TEST(EmulatedSqueezeExcite, EqualsAten) {
  compare_all_squeeze_excite<float>(2e-6);
  // A result is rounded once, to 8 bits: by a share of 2^-8 at most.
  compare_all_squeeze_excite<c10::BFloat16>(1.0 / 256);
}

}  // namespace
}  // namespace jetvit
