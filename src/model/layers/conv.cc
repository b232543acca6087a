#include "model/layers/conv.h"

#include <algorithm>

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>

#include "compute/autocast.h"
#include "compute/bf16_matmul.h"
#include "compute/bf16_weights.h"
#include "model/layers/init.h"
#include "ops/conv3x3.h"
#include "ops/depthwise_conv.h"
#include "ops/fused_activation.h"
#include "ops/row_blocks.h"

namespace jetvit {
namespace {

at::Tensor initial_weight(const ConvOptions& options, const init::Shape& shape) {
  switch (options.init) {
    case ConvOptions::Init::kNormalFanOut:
      return init::normal_fan_out(shape, options.groups);
    case ConvOptions::Init::kXavier:
    case ConvOptions::Init::kXavierMlp:
      return init::xavier_uniform(shape);
    case ConvOptions::Init::kDefault:
      break;
  }
  return init::uniform_fan_in(shape, shape[1] * shape[2] * shape[3]);
}

// Weights in bfloat16 for which the product pays: to reorder them takes longer than the convolution gains. Measured
// with 8 to 64 images: 96 x 384 the convolution is 10 % faster with 64 images, 384 x 1536 the product, by 7 to 15 %.
constexpr std::int64_t kLargeWeight = 1 << 17;

// Pixels that `size` lacks for size / stride windows, rounded up.
std::int64_t missing(std::int64_t size, std::int64_t kernel, std::int64_t stride) {
  return std::max<std::int64_t>((size + stride - 1) / stride * stride - stride + kernel - size, 0);
}

at::Tensor initial_bias(const ConvOptions& options, std::int64_t fan_in) {
  if (options.init == ConvOptions::Init::kDefault) return init::uniform_fan_in({options.out}, fan_in);
  if (options.init == ConvOptions::Init::kXavierMlp) return init::normal({options.out}, 1e-6);
  return init::zeros({options.out});
}

}  // namespace

Conv2d::Conv2d(const ConvOptions& options) : options_(options) {
  const init::Shape shape = {options.out, options.in / options.groups, options.kernel, options.kernel};
  if (options_.padding < 0) options_.padding = (options.stride - 1 + options.kernel - 1) / 2;
  weight_ = add_parameter("weight", initial_weight(options, shape));
  if (options.bias) bias_ = add_parameter("bias", initial_bias(options, shape[1] * shape[2] * shape[3]));
}

at::Tensor Conv2d::forward(const at::Tensor& x, Activation activation) const {
  if (packed_) return packed_->forward(padded(x), activation);
  at::Tensor y = forward(x);
  // In place: no gradient needs what the convolution gave.
  return activation == Activation::kRelu ? at::relu_(y) : fused_activation(y, activation);
}

at::Tensor Conv2d::compute(const at::Tensor& input) const {
  if (packed_) return packed_->forward(padded(input));
  const at::Tensor x = rounded(input);
  const ConvWindows grid = windows_over(x);
  const bool in_bf16 = is_autocast_to_bf16(x);
  if (options_.groups > 1) {
    // In float32 and with 3 x 3 weights, the library's own are a little faster. Elsewhere its gradients take up to ten
    // times as long.
    const at::Tensor image = in_bf16 ? x.to(at::kBFloat16) : x;
    if ((in_bf16 || options_.kernel > 3) && can_use_depthwise_conv(image, weight_, grid)) {
      return rounded(depthwise_conv(image, rounded(weight_), bias_, grid));
    }
  }
  const bool is_3x3 = options_.kernel == 3 && options_.stride == 1 && options_.padding == 1 && options_.groups == 1;
  if (is_3x3 && !in_bf16) return rounded(conv3x3(x, rounded(weight_), bias_));
  const at::Tensor weight = rounded(cached_bf16(weight_));
  const at::Tensor bias = cached_bf16(bias_);
  const bool is_pointwise = options_.kernel == 1 && options_.stride == 1 && options_.groups == 1;
  if (is_pointwise && is_channels_last_image(x) && (x.scalar_type() == at::kFloat || weight.numel() >= kLargeWeight)) {
    // A matrix product, without the layouts that the convolution would reorder for.
    const at::Tensor rows = at::linear(x.permute({0, 2, 3, 1}), weight.flatten(1), bias);
    return rounded(rows).permute({0, 3, 1, 2});
  }
  return rounded(at::conv2d(padded(x), weight, bias, options_.stride, padding(), 1, options_.groups));
}

at::Tensor Conv2d::padded(const at::Tensor& x) const {
  if (!pads_unevenly()) return x;
  const std::int64_t wide = missing(x.size(3), options_.kernel, options_.stride);
  const std::int64_t high = missing(x.size(2), options_.kernel, options_.stride);
  return at::constant_pad_nd(x, {wide / 2, wide - wide / 2, high / 2, high - high / 2});
}

ConvWindows Conv2d::windows_over(const at::Tensor& x) const {
  const std::int64_t stride = options_.stride;
  if (pads_unevenly()) {
    return {.stride = stride,
            .top = missing(x.size(2), options_.kernel, stride) / 2,
            .left = missing(x.size(3), options_.kernel, stride) / 2,
            .height = (x.size(2) + stride - 1) / stride,
            .width = (x.size(3) + stride - 1) / stride};
  }
  const std::int64_t padding = options_.padding;
  return {.stride = stride,
          .top = padding,
          .left = padding,
          .height = (x.size(2) + 2 * padding - options_.kernel) / stride + 1,
          .width = (x.size(3) + 2 * padding - options_.kernel) / stride + 1};
}

void Conv2d::pack(at::ScalarType precision) {
  if (can_pack(weight_, precision)) {
    packed_.emplace(weight_, bias_, PackedConv::Windows{options_.stride, padding(), options_.groups}, precision);
  }
}

void Conv2d::pack_scaled(const at::Tensor& factor, const at::Tensor& shift, at::ScalarType precision) {
  if (!can_pack(weight_, precision)) return;
  packed_.emplace(weight_ * factor.view({-1, 1, 1, 1}), bias_.defined() ? bias_ * factor + shift : shift,
                  PackedConv::Windows{options_.stride, padding(), options_.groups}, precision);
}

}  // namespace jetvit
