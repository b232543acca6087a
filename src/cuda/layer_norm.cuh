#pragma once

#include <cstdint>

#include "cuda/kernel_language.h"

// Layer norm over rows of x (rows, channels), which are float32 or bfloat16; all sums are float32. A warp takes a row
// and keeps it in shared memory: `channels` floats a warp forward, twice as many backward.
namespace jetvit {

template <class T>
__global__ void layer_norm_rows(const T* x, const float* weight, const float* bias, T* y, float* mean,
                                float* inverse_deviation, std::int64_t rows, int channels, float epsilon) {
  JETVIT_DYNAMIC_SHARED(float, memory);
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const std::int64_t row = std::int64_t{blockIdx.x} * (blockDim.x / kWarp) + warp;
  if (row >= rows) return;
  float* values = memory + warp * channels;  // each thread reads what it wrote
  x += row * channels;
  y += row * channels;
  float sum = 0;
  for (int c = lane; c < channels; c += kWarp) sum += values[c] = static_cast<float>(x[c]);
  const float middle = warp_sum(sum) / static_cast<float>(channels);
  float squares = 0;
  for (int c = lane; c < channels; c += kWarp) {
    values[c] -= middle;
    squares += values[c] * values[c];
  }
  const float inverse = rsqrtf(warp_sum(squares) / static_cast<float>(channels) + epsilon);
  for (int c = lane; c < channels; c += kWarp) y[c] = static_cast<T>(values[c] * inverse * weight[c] + bias[c]);
  if (lane == 0) {
    mean[row] = middle;
    inverse_deviation[row] = inverse;
  }
}

// The gradient of x.
template <class T>
__global__ void layer_norm_backward_rows(const T* gradient, const T* x, const float* weight, const float* mean,
                                         const float* inverse_deviation, T* of_x, std::int64_t rows, int channels) {
  JETVIT_DYNAMIC_SHARED(float, memory);
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const std::int64_t row = std::int64_t{blockIdx.x} * (blockDim.x / kWarp) + warp;
  if (row >= rows) return;
  float* values = memory + 2 * warp * channels;
  float* slopes = values + channels;
  const float middle = mean[row];
  const float inverse = inverse_deviation[row];
  const std::int64_t first = row * channels;
  float offset = 0;
  float slope = 0;
  for (int c = lane; c < channels; c += kWarp) {
    values[c] = (static_cast<float>(x[first + c]) - middle) * inverse;
    slopes[c] = static_cast<float>(gradient[first + c]) * weight[c];
    offset += slopes[c];
    slope += slopes[c] * values[c];
  }
  offset = warp_sum(offset) / static_cast<float>(channels);
  slope = warp_sum(slope) / static_cast<float>(channels);
  for (int c = lane; c < channels; c += kWarp) {
    of_x[first + c] = static_cast<T>(inverse * (slopes[c] - offset - values[c] * slope));
  }
}

constexpr int kRowLanes = 8;  // rows that a block of layer_norm_parameter_sums reads at once

// The gradients of weight and bias, summed over parts of the rows: sums (parts, 2, channels). Blocks of (kWarp,
// kRowLanes) threads: 32 channels each, and blockIdx.y is the part.
template <class T>
__global__ void layer_norm_parameter_sums(const T* gradient, const T* x, const float* mean,
                                          const float* inverse_deviation, float* sums, std::int64_t rows, int channels,
                                          std::int64_t rows_of_part) {
  __shared__ float of_lanes[2][kRowLanes][kWarp];
  const int channel = static_cast<int>(blockIdx.x * kWarp + threadIdx.x);
  const std::int64_t first = blockIdx.y * rows_of_part;
  const std::int64_t last = first + rows_of_part < rows ? first + rows_of_part : rows;
  float of_weight = 0;
  float of_bias = 0;
  if (channel < channels) {
    for (std::int64_t row = first + threadIdx.y; row < last; row += kRowLanes) {
      const auto g = static_cast<float>(gradient[row * channels + channel]);
      of_weight += g * (static_cast<float>(x[row * channels + channel]) - mean[row]) * inverse_deviation[row];
      of_bias += g;
    }
  }
  of_lanes[0][threadIdx.y][threadIdx.x] = of_weight;
  of_lanes[1][threadIdx.y][threadIdx.x] = of_bias;
  __syncthreads();
  if (threadIdx.y > 1 || channel >= channels) return;
  float sum = 0;
  for (int lane = 0; lane < kRowLanes; ++lane) sum += of_lanes[threadIdx.y][lane][threadIdx.x];
  sums[(2 * std::int64_t{blockIdx.y} + threadIdx.y) * channels + channel] = sum;
}

}  // namespace jetvit
