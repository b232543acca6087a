#pragma once

#include <cstdint>

#include "cuda/kernel_language.h"
#include "cuda/row_parts.cuh"

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

// The gradients of weight and bias, summed over parts of the rows: sums (parts, 2, channels).
template <class T>
__global__ void layer_norm_parameter_sums(const T* gradient, const T* x, const float* mean,
                                          const float* inverse_deviation, float* sums, std::int64_t rows, int channels,
                                          std::int64_t rows_of_part) {
  const PartOfRows part(rows, rows_of_part);
  float of_weight = 0;
  float of_bias = 0;
  if (part.channel < channels) {
    for (std::int64_t row = part.first; row < part.last; row += kRowLanes) {
      const std::int64_t i = row * channels + part.channel;
      const auto g = static_cast<float>(gradient[i]);
      of_weight += g * (static_cast<float>(x[i]) - mean[row]) * inverse_deviation[row];
      of_bias += g;
    }
  }
  store_part({of_weight, of_bias}, sums, blockIdx.y, part.channel, channels);
}

}  // namespace jetvit
