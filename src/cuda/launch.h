#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

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

// sums (parts, count) to out (count), in order.
void sum_parts(const float* sums, float* out, std::int64_t parts, std::int64_t count, cudaStream_t stream);

}  // namespace jetvit::cuda
