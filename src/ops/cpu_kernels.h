#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <tuple>

#include <ATen/core/Tensor.h>

// The kernels of our operators for the CPU, with the arguments of their schemas (ops/dispatch.h). They are called below
// autograd, after ops/x.cc has checked the arguments of x(). `x` and the results of its shape are float32 or bfloat16,
// everything else is float32; the kernels compute in float32. `gradient` is that of the first result, with its shape
// and dtype, in any memory format. `activation` is an Activation as a number. All of them give the same numbers for any
// number of threads.
namespace jetvit {

// x (..., C) contiguous, weight and bias (C). Returns y and (2, rows): the means and inverse deviations of the rows.
std::tuple<at::Tensor, at::Tensor> layer_norm_cpu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                                  double epsilon);

// The gradients of x, weight and bias; the last two only with `for_parameters`, else undefined.
std::tuple<at::Tensor, at::Tensor, at::Tensor> layer_norm_backward_cpu(const at::Tensor& gradient, const at::Tensor& x,
                                                                       const at::Tensor& statistics,
                                                                       const at::Tensor& weight, bool for_parameters);

// x of any shape, non-overlapping and dense; not for ReLU. Returns y with the strides of x.
at::Tensor fused_activation_cpu(const at::Tensor& x, std::int64_t activation);

// The gradient of x.
at::Tensor fused_activation_backward_cpu(const at::Tensor& gradient, const at::Tensor& x, std::int64_t activation);

// x (N, C, H, W) in channels-last memory, all others (C); the running statistics are updated. Not for ReLU. Returns y
// and (2, C): the means and inverse deviations of the channels.
std::tuple<at::Tensor, at::Tensor> batch_norm_activation_cpu(const at::Tensor& x, const at::Tensor& weight,
                                                             const at::Tensor& bias, const at::Tensor& running_mean,
                                                             const at::Tensor& running_variance, double momentum,
                                                             double epsilon, std::int64_t activation);

// The gradients of x, weight and bias; the first only with `for_x`, else undefined.
std::tuple<at::Tensor, at::Tensor, at::Tensor> batch_norm_activation_backward_cpu(
    const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& statistics, const at::Tensor& weight,
    const at::Tensor& bias, std::int64_t activation, bool for_x);

// The steps of these, between which several processes put their sums together (ops/sync_batch_norm.h). Without an
// activation, y is z itself. The moments of x (2, C), float64: means and population variances.
at::Tensor batch_norm_moments_cpu(const at::Tensor& x);

// y, by `statistics` (2, C): means and inverse deviations.
at::Tensor batch_norm_apply_cpu(const at::Tensor& x, const at::Tensor& statistics, const at::Tensor& weight,
                                const at::Tensor& bias, std::optional<std::int64_t> activation);

// (2, C), float64: the sums of the gradient of z, and of that times the distance of x from the mean.
at::Tensor batch_norm_sums_cpu(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& statistics,
                               const at::Tensor& weight, const at::Tensor& bias,
                               std::optional<std::int64_t> activation);

// The gradient of x, from those sums over all `count` pixels that the statistics are of.
at::Tensor batch_norm_gradient_cpu(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& statistics,
                                   const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& sums,
                                   double count, std::optional<std::int64_t> activation);

// x (N, C, H, W) in channels-last memory, weight1 (R, C), bias1 (R), weight2 (C, R), bias2 (C); for ReLU and SiLU.
// Returns y, the means of x (N, C), what enters the activation (N, R), and the gate (N, C).
std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor> squeeze_excite_cpu(
    const at::Tensor& x, const at::Tensor& weight1, const at::Tensor& bias1, const at::Tensor& weight2,
    const at::Tensor& bias2, std::int64_t activation);

// The gradients of x, weight1, bias1, weight2 and bias2, undefined where `output_mask` is false.
std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor, at::Tensor> squeeze_excite_backward_cpu(
    const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& weight1, const at::Tensor& weight2,
    const at::Tensor& mean, const at::Tensor& hidden, const at::Tensor& gate, std::int64_t activation,
    std::array<bool, 5> output_mask);

// x (N, C, H, W) in channels-last memory, weight (C, 1, k, k), bias (C); the other numbers are those of ConvWindows.
// Returns (N, C, height, width) in channels-last memory.
at::Tensor depthwise_conv_cpu(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                              std::int64_t stride, std::int64_t top, std::int64_t left, std::int64_t height,
                              std::int64_t width);

// The gradients of x, weight and bias, undefined where `output_mask` is false.
std::tuple<at::Tensor, at::Tensor, at::Tensor> depthwise_conv_backward_cpu(
    const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& weight, std::int64_t stride, std::int64_t top,
    std::int64_t left, std::array<bool, 3> output_mask);

// x (N, in, H, W) float32 in channels-last memory, weight (out, in, 3, 3), bias (out), `in` and `out` multiples of 16.
// Returns (N, out, H, W) in channels-last memory.
at::Tensor conv3x3_cpu(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias);

// The gradients of x, weight and bias, undefined where `output_mask` is false.
std::tuple<at::Tensor, at::Tensor, at::Tensor> conv3x3_backward_cpu(const at::Tensor& gradient, const at::Tensor& x,
                                                                    const at::Tensor& weight,
                                                                    std::array<bool, 3> output_mask);

// qkv (N, side, side, 3 C) contiguous, padding (3 C), bias (heads, tokens, tokens), both contiguous; the other numbers
// are those of AttentionHeads and WindowGrid. Returns (N, side, side, C) contiguous.
at::Tensor window_attention_cpu(const at::Tensor& qkv, const std::optional<at::Tensor>& padding,
                                const std::optional<at::Tensor>& bias, std::int64_t heads, bool heads_outermost,
                                std::int64_t side, std::int64_t window, std::int64_t shift, bool spread);

// The gradients of qkv, padding and bias; the last two undefined without `for_padding` and `for_bias`.
std::tuple<at::Tensor, at::Tensor, at::Tensor> window_attention_backward_cpu(
    const at::Tensor& gradient, const at::Tensor& qkv, const std::optional<at::Tensor>& padding,
    const std::optional<at::Tensor>& bias, std::int64_t heads, bool heads_outermost, std::int64_t side,
    std::int64_t window, std::int64_t shift, bool spread, bool for_padding, bool for_bias);

// weight, first and second float32, gradient and rounded bfloat16, all contiguous in one memory format; the numbers are
// those of AdamStep. Updates all but the gradient.
void adam_update_cpu(const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& first,
                     const at::Tensor& second, const at::Tensor& rounded, std::int64_t step, double lr, double beta1,
                     double beta2, double eps, double gradient_scale, double decay, double shrinkage);

}  // namespace jetvit
