#include "bench/operator_pairs.h"

#include <cmath>
#include <memory>

#include <ATen/TensorOperators.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/zeros.h>

#include "ops/activation.h"
#include "ops/adam_update.h"
#include "ops/batch_norm_activation.h"
#include "ops/conv3x3.h"
#include "ops/depthwise_conv.h"
#include "ops/fused_activation.h"
#include "ops/layer_norm.h"
#include "ops/packed_weight.h"
#include "ops/squeeze_excite.h"
#include "ops/window_attention.h"

namespace jetvit {
namespace {

constexpr double kEpsilon = 1e-5, kMomentum = 0.1;
constexpr std::int64_t kSide = 28;  // of the images between the layers

at::Tensor image(std::int64_t images, std::int64_t channels) {
  return at::randn({images, channels, kSide, kSide}).contiguous(at::MemoryFormat::ChannelsLast);
}

OperatorPair norm_of_rows(std::int64_t images) {
  static constexpr std::int64_t kChannels = 192;
  return {.name = "layer_norm",
          .peer = "layer_norm",
          .inputs = {at::randn({images, kSide, kSide, kChannels}), at::randn({kChannels}), at::randn({kChannels})},
          .ours = [](const Tensors& in) { return layer_norm(in[0], in[1], in[2], kEpsilon); },
          .peers = [](const Tensors& in) { return at::layer_norm(in[0], {kChannels}, in[1], in[2], kEpsilon); }};
}

OperatorPair gelu(std::int64_t images) {
  return {.name = "fused_activation",
          .peer = "gelu",
          .inputs = {at::randn({images, kSide, kSide, 768})},
          .ours = [](const Tensors& in) { return fused_activation(in[0], Activation::kGelu); },
          .peers = [](const Tensors& in) { return activate(in[0], Activation::kGelu); }};
}

OperatorPair norm_of_batch(std::int64_t images) {
  static constexpr std::int64_t kChannels = 192;
  // The running statistics of both sides move; no result depends on them.
  const auto moving = [] { return Tensors{at::zeros({kChannels}), at::ones({kChannels})}; };
  return {.name = "batch_norm_activation",
          .peer = "batch_norm, silu",
          .inputs = {image(images, kChannels), at::randn({kChannels}), at::randn({kChannels})},
          .ours =
              [of = moving()](const Tensors& in) {
                return batch_norm_activation(in[0], in[1], in[2], of[0], of[1], kMomentum, kEpsilon, Activation::kSilu);
              },
          .peers =
              [of = moving()](const Tensors& in) {
                return activate(at::batch_norm(in[0], in[1], in[2], of[0], of[1], true, kMomentum, kEpsilon, false),
                                Activation::kSilu);
              }};
}

OperatorPair narrow_conv(std::int64_t images) {
  static constexpr std::int64_t kChannels = 16;
  return {.name = "conv3x3",
          .peer = "conv2d",
          .inputs = {image(images, kChannels), at::randn({kChannels, kChannels, 3, 3}), at::randn({kChannels})},
          .ours = [](const Tensors& in) { return conv3x3(in[0], in[1], in[2]); },
          .peers = [](const Tensors& in) { return at::conv2d(in[0], in[1], in[2], 1, 1); }};
}

OperatorPair depthwise(std::int64_t images) {
  static constexpr std::int64_t kChannels = 240, kKernel = 5, kPadding = 2;
  return {.name = "depthwise_conv",
          .peer = "conv2d",
          .inputs = {image(images, kChannels), at::randn({kChannels, 1, kKernel, kKernel}), at::randn({kChannels})},
          .ours =
              [](const Tensors& in) {
                return depthwise_conv(in[0], in[1], in[2], {1, kPadding, kPadding, kSide, kSide});
              },
          .peers = [](const Tensors& in) { return at::conv2d(in[0], in[1], in[2], 1, kPadding, 1, kChannels); }};
}

OperatorPair channel_attention(std::int64_t images) {
  static constexpr std::int64_t kChannels = 240, kReduced = 10;
  return {
      .name = "squeeze_excite",
      .peer = "mean, linear, silu, linear, sigmoid, multiply",
      .inputs = {image(images, kChannels), at::randn({kReduced, kChannels}), at::randn({kReduced}),
                 at::randn({kChannels, kReduced}), at::randn({kChannels})},
      .ours = [](const Tensors& in) { return squeeze_excite(in[0], in[1], in[2], in[3], in[4], Activation::kSilu); },
      .peers =
          [](const Tensors& in) {
            const at::Tensor hidden = activate(at::linear(in[0].mean({2, 3}), in[1], in[2]), Activation::kSilu);
            return in[0] * at::sigmoid(at::linear(hidden, in[3], in[4])).unsqueeze(2).unsqueeze(3);
          }};
}

// Windows of Swin's second stage. The peers gather the tokens of a window, and bring the result back, by copies.
constexpr std::int64_t kWindow = 7, kHeads = 6, kDepth = 32;

// (3, N * windows, heads, tokens, depth)
at::Tensor windows_of(const at::Tensor& qkv) {
  constexpr std::int64_t kCount = kSide / kWindow;
  return qkv.view({-1, kCount, kWindow, kCount, kWindow, 3, kHeads, kDepth})
      .permute({5, 0, 1, 3, 6, 2, 4, 7})
      .reshape({3, -1, kHeads, kWindow * kWindow, kDepth});
}

at::Tensor image_of(const at::Tensor& mixed) {
  constexpr std::int64_t kCount = kSide / kWindow;
  return mixed.view({-1, kCount, kCount, kHeads, kWindow, kWindow, kDepth})
      .permute({0, 1, 4, 2, 5, 3, 6})
      .reshape({-1, kSide, kSide, kHeads * kDepth});
}

at::Tensor by_matmul(const Tensors& in) {
  const at::Tensor parts = windows_of(in[0]);
  const at::Tensor q = parts.select(0, 0) * (1 / std::sqrt(static_cast<double>(kDepth)));
  const at::Tensor scores = at::matmul(q, parts.select(0, 1).transpose(2, 3)) + in[1];
  return image_of(at::matmul(scores.softmax(-1), parts.select(0, 2)));
}

at::Tensor by_fused_kernel(const Tensors& in) {
  const at::Tensor parts = windows_of(in[0]);
  return image_of(
      at::scaled_dot_product_attention(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2), in[1].unsqueeze(0)));
}

OperatorPair attention(std::int64_t images, const char* peer, at::Tensor (*peers)(const Tensors&)) {
  return {.name = "window_attention",
          .peer = peer,
          .inputs = {at::randn({images, kSide, kSide, 3 * kHeads * kDepth}),
                     at::randn({kHeads, kWindow * kWindow, kWindow * kWindow})},
          .ours =
              [](const Tensors& in) {
                return window_attention(in[0], at::Tensor(), in[1], {.count = kHeads},
                                        {.side = kSide, .window = kWindow});
              },
          .peers = peers};
}

// The weights are packed once and for all.
OperatorPair packed_linear(std::int64_t images) {
  constexpr std::int64_t kIn = 192, kOut = 768;
  const at::Tensor weight = at::randn({kOut, kIn}) / std::sqrt(static_cast<double>(kIn));
  const at::Tensor bias = at::randn({kOut});
  const auto packed = std::make_shared<PackedLinear>(weight, bias, at::kFloat);
  return {.name = "packed_linear",
          .peer = "linear, gelu",
          .inputs = {at::randn({images, kSide, kSide, kIn})},
          .trains = false,
          .ours = [packed](const Tensors& in) { return packed->forward(in[0], Activation::kGelu); },
          .peers = [=](const Tensors& in) { return activate(at::linear(in[0], weight, bias), Activation::kGelu); }};
}

OperatorPair packed_conv(std::int64_t images) {
  static constexpr std::int64_t kChannels = 96;
  const at::Tensor weight = at::randn({kChannels, kChannels, 3, 3}) / std::sqrt(9.0 * kChannels);
  const at::Tensor bias = at::randn({kChannels});
  const auto packed = std::make_shared<PackedConv>(weight, bias, PackedConv::Windows{1, 1, 1}, at::kFloat);
  return {
      .name = "packed_conv",
      .peer = "conv2d, silu",
      .inputs = {image(images, kChannels)},
      .trains = false,
      .ours = [packed](const Tensors& in) { return packed->forward(in[0], Activation::kSilu); },
      .peers = [=](const Tensors& in) { return activate(at::conv2d(in[0], weight, bias, 1, 1), Activation::kSilu); }};
}

// A gradient in bfloat16, as steps in bfloat16 leave it; the result is the weight, rounded.
struct Moments {
  at::Tensor weight, first, second;
  explicit Moments(const at::Tensor& start)
      : weight(start.clone()), first(at::zeros(start.sizes())), second(at::zeros(start.sizes())) {}
};

OperatorPair adam() {
  constexpr std::int64_t kWeights = 1 << 22;
  static constexpr double kLr = 1e-3, kBeta1 = 0.9, kBeta2 = 0.999, kTiny = 1e-8, kDecay = 0.05;
  const Moments ours(at::randn({kWeights}));
  const Moments peers(ours.weight);
  const at::Tensor gradient = at::randn({kWeights}).to(at::kBFloat16);
  return {
      .name = "adam_update",
      .peer = "widening, _fused_adamw_, rounding",
      .inputs = {gradient},
      .trains = false,
      .ours =
          [of = ours, rounded = at::empty_like(gradient)](const Tensors& in) {
            adam_update(
                {.step = 1, .lr = kLr, .beta1 = kBeta1, .beta2 = kBeta2, .eps = kTiny, .shrinkage = 1 - kLr * kDecay},
                of.weight, in[0], of.first, of.second, rounded);
            return rounded;
          },
      .peers =
          [of = peers, step = at::scalar_tensor(1.0, at::kFloat)](const Tensors& in) {
            at::_fused_adamw_(Tensors{of.weight}, Tensors{in[0].to(at::kFloat)}, Tensors{of.first}, Tensors{of.second},
                              {}, Tensors{step}, kLr, kBeta1, kBeta2, kDecay, kTiny, false, false);
            return of.weight.to(at::kBFloat16);
          }};
}

}  // namespace

std::vector<OperatorPair> operator_pairs(std::int64_t images) {
  return {norm_of_rows(images),
          gelu(images),
          norm_of_batch(images),
          narrow_conv(images),
          depthwise(images),
          channel_attention(images),
          attention(images, "matrix multiplications, softmax", by_matmul),
          attention(images, "scaled_dot_product_attention", by_fused_kernel),
          packed_linear(images),
          packed_conv(images),
          adam()};
}

}  // namespace jetvit
