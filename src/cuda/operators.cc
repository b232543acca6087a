// jetvit's own operators on NVIDIA GPUs (ops/dispatch.h): the kernels of this folder with tensors around them.
#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/library.h>

#include "cuda/launch.h"
#include "ops/activation.h"
#include "ops/squeeze_excite_layers.h"

namespace jetvit {
namespace {

using cuda::Stored;

// Sums over many rows or windows are taken in this many parts at most. It depends on no property of the GPU, so that a
// sum is the same on all of them.
constexpr std::int64_t kMostParts = 256;

Stored stored_type(const at::Tensor& x) {
  return x.scalar_type() == at::kBFloat16 ? Stored::kBfloat16 : Stored::kFloat32;
}

const float* floats_or_null(const std::optional<at::Tensor>& x) {
  return x ? x->const_data_ptr<float>() : nullptr;
}

at::Tensor floats(at::IntArrayRef sizes, const at::Tensor& like) {
  return at::empty(sizes, like.options().dtype(at::kFloat).memory_format(at::MemoryFormat::Contiguous));
}

// (parts, ...) to (...)
at::Tensor sum_of_parts(const at::Tensor& sums) {
  if (sums.size(0) == 1) return sums.select(0, 0);
  at::Tensor out = floats(sums.sizes().slice(1), sums);
  cuda::sum_parts(sums.const_data_ptr<float>(), out.mutable_data_ptr<float>(), sums.size(0), out.numel(),
                  c10::cuda::getCurrentCUDAStream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return out;
}

cuda::Rows rows_of(const at::Tensor& x, const at::Tensor& weight) {
  return {x.numel() / weight.numel(), static_cast<int>(weight.numel())};
}

std::tuple<at::Tensor, at::Tensor> layer_norm_cuda(const at::Tensor& x, const at::Tensor& weight,
                                                   const at::Tensor& bias, double epsilon) {
  const c10::cuda::CUDAGuard gpu(x.device());
  const cuda::Rows rows = rows_of(x, weight);
  at::Tensor y = at::empty_like(x);
  at::Tensor statistics = floats({2, rows.count}, x);
  auto* const mean = statistics.mutable_data_ptr<float>();
  cuda::layer_norm(stored_type(x), x.const_data_ptr(), weight.const_data_ptr<float>(), bias.const_data_ptr<float>(),
                   y.mutable_data_ptr(), mean, mean + rows.count, rows, static_cast<float>(epsilon),
                   c10::cuda::getCurrentCUDAStream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return {y, statistics};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> layer_norm_backward_cuda(const at::Tensor& gradient, const at::Tensor& x,
                                                                        const at::Tensor& statistics,
                                                                        const at::Tensor& weight, bool for_parameters) {
  const c10::cuda::CUDAGuard gpu(x.device());
  const auto stream = c10::cuda::getCurrentCUDAStream();
  const cuda::Rows rows = rows_of(x, weight);
  const at::Tensor gy = gradient.contiguous();
  const auto* const mean = statistics.const_data_ptr<float>();
  at::Tensor of_x = at::empty_like(x);
  cuda::layer_norm_backward(stored_type(x), gy.const_data_ptr(), x.const_data_ptr(), weight.const_data_ptr<float>(),
                            mean, mean + rows.count, of_x.mutable_data_ptr(), rows, stream);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  if (!for_parameters) return {of_x, at::Tensor(), at::Tensor()};
  const std::int64_t parts = std::min(kMostParts, rows.count);
  at::Tensor sums = floats({parts, 2, rows.channels}, x);
  cuda::layer_norm_parameter_sums(stored_type(x), gy.const_data_ptr(), x.const_data_ptr(), mean, mean + rows.count,
                                  sums.mutable_data_ptr<float>(), rows, static_cast<int>(parts), stream);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  const at::Tensor both = sum_of_parts(sums);
  return {of_x, both.select(0, 0), both.select(0, 1)};
}

WindowSizes sizes_of(const at::Tensor& qkv, std::int64_t heads, bool heads_outermost, std::int64_t side,
                     std::int64_t window, std::int64_t shift, bool spread) {
  return {.images = qkv.size(0),
          .heads = static_cast<int>(heads),
          .depth = static_cast<int>(qkv.size(3) / 3 / heads),
          .side = static_cast<int>(side),
          .window = static_cast<int>(window),
          .shift = static_cast<int>(shift),
          .spread = spread,
          .heads_outermost = heads_outermost};
}

at::Tensor window_attention_cuda(const at::Tensor& qkv, const std::optional<at::Tensor>& padding,
                                 const std::optional<at::Tensor>& bias, std::int64_t heads, bool heads_outermost,
                                 std::int64_t side, std::int64_t window, std::int64_t shift, bool spread) {
  const c10::cuda::CUDAGuard gpu(qkv.device());
  at::Tensor y = at::empty({qkv.size(0), side, side, qkv.size(3) / 3}, qkv.options());
  cuda::window_attention(stored_type(qkv), qkv.const_data_ptr(), floats_or_null(padding), floats_or_null(bias),
                         y.mutable_data_ptr(), sizes_of(qkv, heads, heads_outermost, side, window, shift, spread),
                         c10::cuda::getCurrentCUDAStream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return y;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> window_attention_backward_cuda(
    const at::Tensor& gradient, const at::Tensor& qkv, const std::optional<at::Tensor>& padding,
    const std::optional<at::Tensor>& bias, std::int64_t heads, bool heads_outermost, std::int64_t side,
    std::int64_t window, std::int64_t shift, bool spread, bool for_padding, bool for_bias) {
  const c10::cuda::CUDAGuard gpu(qkv.device());
  const WindowSizes sizes = sizes_of(qkv, heads, heads_outermost, side, window, shift, spread);
  const std::int64_t parts = std::min(kMostParts, sizes.images * sizes.windows());
  at::Tensor bias_sums, padding_sums;
  if (for_bias) bias_sums = floats({parts, heads, sizes.tokens(), sizes.tokens()}, qkv);
  if (for_padding) padding_sums = floats({parts, qkv.size(3)}, qkv);
  const at::Tensor gy = gradient.contiguous();
  at::Tensor of_qkv = at::empty_like(qkv);
  cuda::window_attention_backward(stored_type(qkv), gy.const_data_ptr(), qkv.const_data_ptr(), floats_or_null(padding),
                                  floats_or_null(bias), of_qkv.mutable_data_ptr(),
                                  for_bias ? bias_sums.mutable_data_ptr<float>() : nullptr,
                                  for_padding ? padding_sums.mutable_data_ptr<float>() : nullptr, sizes,
                                  static_cast<int>(parts), c10::cuda::getCurrentCUDAStream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return {of_qkv, for_padding ? sum_of_parts(padding_sums) : at::Tensor(),
          for_bias ? sum_of_parts(bias_sums) : at::Tensor()};
}

ConvSizes conv_sizes_of(const at::Tensor& x, std::int64_t top, std::int64_t left, std::int64_t out_height,
                        std::int64_t out_width) {
  const auto number = [](std::int64_t n) { return static_cast<int>(n); };
  return {.images = x.size(0),
          .channels = number(x.size(1)),
          .height = number(x.size(2)),
          .width = number(x.size(3)),
          .top = number(top),
          .left = number(left),
          .out_height = number(out_height),
          .out_width = number(out_width)};
}

at::Tensor depthwise_conv_cuda(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                               std::int64_t stride, std::int64_t top, std::int64_t left, std::int64_t height,
                               std::int64_t width) {
  const c10::cuda::CUDAGuard gpu(x.device());
  at::Tensor y =
      at::empty({x.size(0), x.size(1), height, width}, x.options().memory_format(at::MemoryFormat::ChannelsLast));
  cuda::depthwise_conv(stored_type(x), x.const_data_ptr(), weight.const_data_ptr<float>(), floats_or_null(bias),
                       y.mutable_data_ptr(), conv_sizes_of(x, top, left, height, width),
                       static_cast<int>(weight.size(2)), static_cast<int>(stride), c10::cuda::getCurrentCUDAStream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return y;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> depthwise_conv_backward_cuda(
    const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& weight, std::int64_t stride, std::int64_t top,
    std::int64_t left, std::array<bool, 3> output_mask) {
  const c10::cuda::CUDAGuard gpu(x.device());
  const auto stream = c10::cuda::getCurrentCUDAStream();
  const ConvSizes sizes = conv_sizes_of(x, top, left, gradient.size(2), gradient.size(3));
  const auto size = static_cast<int>(weight.size(2));
  const auto step = static_cast<int>(stride);
  const at::Tensor gy = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  at::Tensor of_x, of_weight, of_bias;
  if (output_mask[0]) {
    of_x = at::empty_like(x);
    cuda::depthwise_conv_backward(stored_type(x), gy.const_data_ptr(), weight.const_data_ptr<float>(),
                                  of_x.mutable_data_ptr(), sizes, size, step, stream);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  }
  if (output_mask[1] || output_mask[2]) {
    const std::int64_t parts = std::min<std::int64_t>(kMostParts, sizes.images * sizes.out_height);
    at::Tensor sums = floats({parts, weight[0].numel() + 1, x.size(1)}, x);
    cuda::depthwise_conv_parameter_sums(stored_type(x), gy.const_data_ptr(), x.const_data_ptr(),
                                        sums.mutable_data_ptr<float>(), sizes, size, step, static_cast<int>(parts),
                                        stream);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    const at::Tensor all = sum_of_parts(sums);
    if (output_mask[1]) of_weight = all.narrow(0, 0, weight[0].numel()).t().reshape(weight.sizes());
    if (output_mask[2]) of_bias = all.select(0, -1);
  }
  return {of_x, of_weight, of_bias};
}

cuda::ActivationKind activation_kind(std::int64_t activation) {
  switch (static_cast<Activation>(activation)) {
    case Activation::kSilu:
      return cuda::ActivationKind::kSilu;
    case Activation::kGelu:
      return cuda::ActivationKind::kGelu;
    case Activation::kRelu:  // has no kernel (ops/batch_norm_activation.h)
    case Activation::kGeluTanh:
      break;
  }
  return cuda::ActivationKind::kGeluTanh;
}

std::tuple<at::Tensor, at::Tensor> batch_norm_activation_cuda(const at::Tensor& x, const at::Tensor& weight,
                                                              const at::Tensor& bias, const at::Tensor& running_mean,
                                                              const at::Tensor& running_variance, double momentum,
                                                              double epsilon, std::int64_t activation) {
  const c10::cuda::CUDAGuard gpu(x.device());
  const auto stream = c10::cuda::getCurrentCUDAStream();
  const cuda::Rows rows = rows_of(x, weight);
  const std::int64_t parts = std::min(kMostParts, rows.count);
  const at::Tensor sums = floats({parts, 2, rows.channels}, x);
  at::Tensor statistics = floats({2, rows.channels}, x);
  cuda::batch_norm_statistics(stored_type(x), x.const_data_ptr(), sums.mutable_data_ptr<float>(),
                              static_cast<int>(parts), rows, momentum, epsilon, statistics.mutable_data_ptr<float>(),
                              running_mean.mutable_data_ptr<float>(), running_variance.mutable_data_ptr<float>(),
                              stream);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  at::Tensor y = at::empty_like(x);
  cuda::batch_norm_normalize(stored_type(x), activation_kind(activation), x.const_data_ptr(),
                             statistics.const_data_ptr<float>(), weight.const_data_ptr<float>(),
                             bias.const_data_ptr<float>(), y.mutable_data_ptr(), rows, stream);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return {y, statistics};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> batch_norm_activation_backward_cuda(
    const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& statistics, const at::Tensor& weight,
    const at::Tensor& bias, std::int64_t activation, bool for_x) {
  const c10::cuda::CUDAGuard gpu(x.device());
  const auto stream = c10::cuda::getCurrentCUDAStream();
  const cuda::Rows rows = rows_of(x, weight);
  const std::int64_t parts = std::min(kMostParts, rows.count);
  const at::Tensor gy = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor sums = floats({parts, 2, rows.channels}, x);
  const at::Tensor terms = floats({2, rows.channels}, x);
  at::Tensor of_weight = at::empty_like(weight);
  at::Tensor of_bias = at::empty_like(bias);
  cuda::batch_norm_gradient_terms(stored_type(x), activation_kind(activation), gy.const_data_ptr(), x.const_data_ptr(),
                                  statistics.const_data_ptr<float>(), weight.const_data_ptr<float>(),
                                  bias.const_data_ptr<float>(), sums.mutable_data_ptr<float>(), static_cast<int>(parts),
                                  rows, of_weight.mutable_data_ptr<float>(), of_bias.mutable_data_ptr<float>(),
                                  terms.mutable_data_ptr<float>(), stream);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  if (!for_x) return {at::Tensor(), of_weight, of_bias};
  at::Tensor of_x = at::empty_like(x);
  cuda::batch_norm_differentiate(stored_type(x), activation_kind(activation), gy.const_data_ptr(), x.const_data_ptr(),
                                 statistics.const_data_ptr<float>(), weight.const_data_ptr<float>(),
                                 bias.const_data_ptr<float>(), terms.const_data_ptr<float>(), of_x.mutable_data_ptr(),
                                 rows, stream);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return {of_x, of_weight, of_bias};
}

cuda::Images images_of(const at::Tensor& x) {
  return {x.size(0), x.size(2) * x.size(3), static_cast<int>(x.size(1))};
}

// Room for sums over the pixels of each image (parts, images, channels). The parts depend on no other image.
at::Tensor sums_of_pixels(const cuda::Images& images, const at::Tensor& like) {
  constexpr std::int64_t kPixelsOfPart = 256;
  const std::int64_t parts = std::min(kMostParts, (images.pixels + kPixelsOfPart - 1) / kPixelsOfPart);
  return floats({parts, images.count, images.channels}, like);
}

at::Tensor scale_images(const at::Tensor& x, const at::Tensor& gate, const std::optional<at::Tensor>& shift) {
  at::Tensor y = at::empty_like(x);
  cuda::squeeze_excite_scale(stored_type(x), x.const_data_ptr(), gate.const_data_ptr<float>(), floats_or_null(shift),
                             y.mutable_data_ptr(), images_of(x), c10::cuda::getCurrentCUDAStream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return y;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor> squeeze_excite_cuda(
    const at::Tensor& x, const at::Tensor& weight1, const at::Tensor& bias1, const at::Tensor& weight2,
    const at::Tensor& bias2, std::int64_t activation) {
  const c10::cuda::CUDAGuard gpu(x.device());
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const cuda::Images images = images_of(x);
  at::Tensor sums = sums_of_pixels(images, x);
  cuda::squeeze_excite_means(stored_type(x), x.const_data_ptr(), sums.mutable_data_ptr<float>(), images,
                             static_cast<int>(sums.size(0)), c10::cuda::getCurrentCUDAStream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  const at::Tensor mean = sum_of_parts(sums);
  const auto [hidden, gate] = channel_gate(mean, weight1, bias1, weight2, bias2, static_cast<Activation>(activation));
  return {scale_images(x, gate, {}), mean, hidden, gate};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor, at::Tensor> squeeze_excite_backward_cuda(
    const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& weight1, const at::Tensor& weight2,
    const at::Tensor& mean, const at::Tensor& hidden, const at::Tensor& gate, std::int64_t activation,
    std::array<bool, 5> output_mask) {
  const c10::cuda::CUDAGuard gpu(x.device());
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const cuda::Images images = images_of(x);
  const at::Tensor gy = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  at::Tensor sums = sums_of_pixels(images, x);
  cuda::squeeze_excite_products(stored_type(x), gy.const_data_ptr(), x.const_data_ptr(), sums.mutable_data_ptr<float>(),
                                images, static_cast<int>(sums.size(0)), c10::cuda::getCurrentCUDAStream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return squeeze_excite_gradients(sum_of_parts(sums), weight1, weight2, mean, hidden, gate,
                                  static_cast<Activation>(activation), images.pixels, output_mask,
                                  [&](const at::Tensor& shift) { return scale_images(gy, gate, shift); });
}

}  // namespace

TORCH_LIBRARY_IMPL(jetvit, CUDA, m) {
  m.impl("batch_norm_activation", batch_norm_activation_cuda);
  m.impl("batch_norm_activation_backward", batch_norm_activation_backward_cuda);
  m.impl("depthwise_conv", depthwise_conv_cuda);
  m.impl("depthwise_conv_backward", depthwise_conv_backward_cuda);
  m.impl("layer_norm", layer_norm_cuda);
  m.impl("layer_norm_backward", layer_norm_backward_cuda);
  m.impl("squeeze_excite", squeeze_excite_cuda);
  m.impl("squeeze_excite_backward", squeeze_excite_backward_cuda);
  m.impl("window_attention", window_attention_cuda);
  m.impl("window_attention_backward", window_attention_backward_cuda);
}

}  // namespace jetvit
