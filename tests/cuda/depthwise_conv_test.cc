// The kernels of depthwise convolutions, emulated, against ATen in float64.
#include "cuda/depthwise_conv.cuh"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
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

constexpr int kConvParts = 3;

struct DepthwiseOutcome {
  at::Tensor y, of_x, of_weight, of_bias;
};

struct DepthwiseInput {
  at::Tensor x, weight, bias, gradient;
  ConvSizes sizes;
};

std::int64_t strips(const ConvSizes& sizes, int height, int width) {
  return sizes.images * height * ((width + kStrip - 1) / kStrip);
}

template <class T, int kSize, int kStride>
DepthwiseOutcome emulated_conv(const DepthwiseInput& in, Order order) {
  const ConvSizes& sizes = in.sizes;
  const auto stored = [](const at::Tensor& of) { return of.mutable_data_ptr<T>(); };
  const auto floats = [](const at::Tensor& of) { return of.mutable_data_ptr<float>(); };
  const auto blocks = [&](int height, int width) {
    return dim3{static_cast<unsigned>((strips(sizes, height, width) + kStripLanes - 1) / kStripLanes),
                static_cast<unsigned>((sizes.channels + kWarp - 1) / kWarp)};
  };
  DepthwiseOutcome out = {at::full_like(in.gradient, NAN), at::full_like(in.x, NAN), {}, {}};
  launch(
      blocks(sizes.out_height, sizes.out_width), {kWarp, kStripLanes}, 0,
      [&] {
        depthwise_conv<T, kSize, kStride>(stored(in.x), floats(in.weight), floats(in.bias), stored(out.y), sizes);
      },
      order);
  launch(
      blocks(sizes.height, sizes.width), {kWarp, kStripLanes}, 0,
      [&] {
        depthwise_conv_backward<T, kSize, kStride>(stored(in.gradient), floats(in.weight), stored(out.of_x), sizes);
      },
      order);
  const at::Tensor sums = at::full({kConvParts, kSize * kSize + 1, sizes.channels}, NAN, at::kFloat);
  launch(
      {kConvParts, blocks(1, 1).y}, {kWarp, kStripLanes}, 0,
      [&] {
        depthwise_conv_parameter_sums<T, kSize, kStride>(
            stored(in.gradient), stored(in.x), floats(sums), sizes,
            (strips(sizes, sizes.out_height, sizes.out_width) + kConvParts - 1) / kConvParts);
      },
      order);
  const at::Tensor all = at::full({kSize * kSize + 1, sizes.channels}, NAN, at::kFloat);
  launch(
      {static_cast<unsigned>(all.numel())}, {1}, 0,
      [&] { sum_parts(floats(sums), floats(all), kConvParts, all.numel()); }, order);
  out.of_weight = all.narrow(0, 0, kSize * kSize).t().reshape(in.weight.sizes());
  out.of_bias = all.select(0, -1);
  return out;
}

DepthwiseOutcome expected_conv(const DepthwiseInput& in, int size, int stride, bool rounds) {
  const ConvSizes& sizes = in.sizes;
  const at::Tensor rounded = rounds ? in.weight.to(at::kBFloat16) : in.weight;
  const at::Tensor x = test::leaf(in.x.to(at::kDouble));
  const at::Tensor weight = test::leaf(rounded.to(at::kDouble));
  const at::Tensor bias = test::leaf(in.bias.to(at::kDouble));
  const std::int64_t below = (sizes.out_height - 1) * stride + size - sizes.height - sizes.top;
  const std::int64_t right = (sizes.out_width - 1) * stride + size - sizes.width - sizes.left;
  const at::Tensor padded = at::constant_pad_nd(x, {sizes.left, right, sizes.top, below});
  const at::Tensor y = at::conv2d(padded, weight, bias, stride, at::IntArrayRef({0, 0}), 1, sizes.channels);
  y.backward(in.gradient.to(at::kDouble));
  return {y.detach(), x.grad(), weight.grad(), bias.grad()};
}

template <class T, int kSize, int kStride>
void compare_conv(int channels, int height, int width, double tolerance) {
  SCOPED_TRACE(testing::Message() << channels << " x " << height << " x " << width << ", " << kSize << " / "
                                  << kStride);
  const at::ScalarType type = c10::CppTypeToScalarType<T>::value;
  const int before = (kSize - 1) / 2;
  const int out_height = (height + kStride - 1) / kStride;
  const int out_width = (width + kStride - 1) / kStride;
  const auto images = [&](int rows, int columns) {
    return at::randn({2, channels, rows, columns}).to(type).contiguous(at::MemoryFormat::ChannelsLast);
  };
  const DepthwiseInput in = {images(height, width),
                             at::randn({channels, 1, kSize, kSize}),
                             at::randn({channels}),
                             images(out_height, out_width),
                             {2, channels, height, width, before, before, out_height, out_width}};
  const DepthwiseOutcome want = expected_conv(in, kSize, kStride, type == at::kBFloat16);
  const DepthwiseOutcome forward = emulated_conv<T, kSize, kStride>(in, Order::kForward);
  const DepthwiseOutcome backward = emulated_conv<T, kSize, kStride>(in, Order::kBackward);
  for (const auto of :
       {&DepthwiseOutcome::y, &DepthwiseOutcome::of_x, &DepthwiseOutcome::of_weight, &DepthwiseOutcome::of_bias}) {
    EXPECT_TRUE(at::equal(forward.*of, backward.*of)) << "the order of the threads matters";
    EXPECT_LT(test::relative_distance(forward.*of, want.*of), tolerance);
  }
}

template <class T>
void compare_convs(double tolerance) {
  for (const int channels : {32, 33, 16}) {
    compare_conv<T, 3, 1>(channels, 5, 9, tolerance);
    compare_conv<T, 3, 2>(channels, 7, 6, tolerance);
    compare_conv<T, 5, 1>(channels, 4, 5, tolerance);
    compare_conv<T, 5, 2>(channels, 8, 9, tolerance);
  }
  compare_conv<T, 3, 1>(16, 1, 1, tolerance);
}

// Strips that are broken off, channels of whole and broken warps, images smaller than a window.
TEST(EmulatedDepthwiseConv, EqualsAten) {
  compare_convs<float>(2e-6);
  // A result is rounded once, to 8 bits: by a share of 2^-8 at most.
  compare_convs<c10::BFloat16>(1.0 / 256);
}

}  // namespace
}  // namespace jetvit
