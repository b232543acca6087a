#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

#include "cuda/conv_sizes.h"
#include "cuda/window_sizes.h"

// The kernels of this module as functions: the files that compile them know nothing of tensors, and those that know
// tensors nothing of kernels. Pointers are of the GPU's memory; x, y and gradients are of the stored type, all else is
// float32. A launch that fails is found by the check after it (C10_CUDA_KERNEL_LAUNCH_CHECK).
namespace jetvit::cuda {

enum class Stored : std::uint8_t { kFloat32, kBfloat16 };

// Rows of `channels` values.
struct Rows {
  std::int64_t count;
  int channels;
};

void layer_norm(Stored stored, const void* x, const float* weight, const float* bias, void* y, float* mean,
                float* inverse_deviation, Rows rows, float epsilon, cudaStream_t stream);

void layer_norm_backward(Stored stored, const void* gradient, const void* x, const float* weight, const float* mean,
                         const float* inverse_deviation, void* of_x, Rows rows, cudaStream_t stream);

// sums (parts, 2, channels): of the gradients of weight and bias.
void layer_norm_parameter_sums(Stored stored, const void* gradient, const void* x, const float* mean,
                               const float* inverse_deviation, float* sums, Rows rows, int parts, cudaStream_t stream);

// padding and bias may be null.
void window_attention(Stored stored, const void* qkv, const float* padding, const float* bias, void* y,
                      const WindowSizes& sizes, cudaStream_t stream);

// bias_sums (parts, heads, query, key) and padding_sums (parts, 3 channels) may be null.
void window_attention_backward(Stored stored, const void* gradient, const void* qkv, const float* padding,
                               const float* bias, void* of_qkv, float* bias_sums, float* padding_sums,
                               const WindowSizes& sizes, int parts, cudaStream_t stream);

// Of ops/activation.h.
enum class ActivationKind : std::uint8_t { kSilu, kGelu, kGeluTanh };

// sums (parts, 2, channels): room; statistics (2, channels): mean, and 1 / sqrt(variance + epsilon).
void batch_norm_statistics(Stored stored, const void* x, float* sums, int parts, Rows rows, double momentum,
                           double epsilon, float* statistics, float* running_mean, float* running_variance,
                           cudaStream_t stream);

void batch_norm_normalize(Stored stored, ActivationKind kind, const void* x, const float* statistics,
                          const float* weight, const float* bias, void* y, Rows rows, cudaStream_t stream);

// sums (parts, 2, channels): room; terms (2, channels): of batch_norm_differentiate.
void batch_norm_gradient_terms(Stored stored, ActivationKind kind, const void* gradient, const void* x,
                               const float* statistics, const float* weight, const float* bias, float* sums, int parts,
                               Rows rows, float* of_weight, float* of_bias, float* terms, cudaStream_t stream);

void batch_norm_differentiate(Stored stored, ActivationKind kind, const void* gradient, const void* x,
                              const float* statistics, const float* weight, const float* bias, const float* terms,
                              void* of_x, Rows rows, cudaStream_t stream);

// size: 3 or 5, of the kernel; stride: 1 or 2. bias may be null.
void depthwise_conv(Stored stored, const void* x, const float* weight, const float* bias, void* y,
                    const ConvSizes& sizes, int size, int stride, cudaStream_t stream);

void depthwise_conv_backward(Stored stored, const void* gradient, const float* weight, void* of_x,
                             const ConvSizes& sizes, int size, int stride, cudaStream_t stream);

// sums (parts, size^2 + 1, channels): of the gradients of the weights and, last, of the bias.
void depthwise_conv_parameter_sums(Stored stored, const void* gradient, const void* x, float* sums,
                                   const ConvSizes& sizes, int size, int stride, int parts, cudaStream_t stream);

// In channels-last memory: `pixels` rows of `channels` values each.
struct Images {
  std::int64_t count, pixels;
  int channels;
};

// sums (parts, images, channels): they add up to the mean of x over the pixels.
void squeeze_excite_means(Stored stored, const void* x, float* sums, Images images, int parts, cudaStream_t stream);

// sums (parts, images, channels): they add up to the sum of gradient times x over the pixels.
void squeeze_excite_products(Stored stored, const void* gradient, const void* x, float* sums, Images images, int parts,
                             cudaStream_t stream);

// y = x gate + shift; gate and shift (images, channels), shift may be null.
void squeeze_excite_scale(Stored stored, const void* x, const float* gate, const float* shift, void* y, Images images,
                          cudaStream_t stream);

// sums (parts, count) to out (count), in order.
void sum_parts(const float* sums, float* out, std::int64_t parts, std::int64_t count, cudaStream_t stream);

}  // namespace jetvit::cuda
