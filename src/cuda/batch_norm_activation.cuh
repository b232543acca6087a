#pragma once

#include <cstdint>

#include "cuda/activations.cuh"
#include "cuda/kernel_language.h"
#include "cuda/row_parts.cuh"

// Batch norm in training mode with an activation, of rows x (rows, channels), float32 or bfloat16: the pixels of images
// in channels-last memory. Sums over rows are taken in parts (row_parts.cuh), those over parts in float64 and in order.
namespace jetvit {

// The sums of x - origin and of its square; origin: the first row, so that no digits are lost where the mean is large
// against the deviation.
template <class T>
__global__ void batch_norm_moments(const T* x, float* sums, std::int64_t rows, int channels,
                                   std::int64_t rows_of_part) {
  const PartOfRows part(rows, rows_of_part);
  float sum = 0;
  float squares = 0;
  if (part.channel < channels) {
    const float origin = static_cast<float>(x[part.channel]);
    for (std::int64_t row = part.first; row < part.last; row += kRowLanes) {
      const float distance = static_cast<float>(x[row * channels + part.channel]) - origin;
      sum += distance;
      squares += distance * distance;
    }
  }
  store_part({sum, squares}, sums, blockIdx.y, part.channel, channels);
}

// Of the sums of all parts for a channel.
struct TwoTotals {
  double first = 0, second = 0;

  __device__ TwoTotals(const float* sums, std::int64_t parts, int channel, int channels) {
    for (std::int64_t part = 0; part < parts; ++part) {
      first += sums[2 * part * channels + channel];
      second += sums[(2 * part + 1) * channels + channel];
    }
  }
};

// statistics (2, channels): mean, and 1 / sqrt(variance + epsilon). The running ones move by `momentum`. A thread for
// each channel.
template <class T>
__global__ void batch_norm_statistics(const T* x, const float* sums, std::int64_t parts, std::int64_t rows,
                                      int channels, double momentum, double epsilon, float* statistics,
                                      float* running_mean, float* running_variance) {
  const int c = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (c >= channels) return;
  const TwoTotals totals(sums, parts, c, channels);
  const auto count = static_cast<double>(rows);
  const double distance = totals.first / count;
  const double mean = static_cast<double>(static_cast<float>(x[c])) + distance;
  const double spread = totals.second / count - distance * distance;
  const double variance = spread > 0 ? spread : 0;
  const double unbiased = variance * count / (count > 2 ? count - 1 : 1);
  statistics[c] = static_cast<float>(mean);
  statistics[channels + c] = static_cast<float>(1 / sqrt(variance + epsilon));
  running_mean[c] = static_cast<float>((1 - momentum) * running_mean[c] + momentum * mean);
  running_variance[c] = static_cast<float>((1 - momentum) * running_variance[c] + momentum * unbiased);
}

// What a channel's rows are multiplied by and moved by before the activation.
struct AffineOnGpu {
  float mean, inverse, factor, shift;

  __device__ AffineOnGpu(const float* statistics, const float* weight, const float* bias, int channel, int channels)
      : mean(statistics[channel]),
        inverse(statistics[channels + channel]),
        factor(weight[channel] * inverse),
        shift(bias[channel] - mean * factor) {}
};

// x and y are restricted, or else each row would wait to be read until the one before it is written.
template <class T, class F>
__global__ void batch_norm_normalize(const T* __restrict__ x, const float* statistics, const float* weight,
                                     const float* bias, T* __restrict__ y, std::int64_t rows, int channels,
                                     std::int64_t rows_of_part) {
  const PartOfRows part(rows, rows_of_part);
  if (part.channel >= channels) return;
  const AffineOnGpu affine(statistics, weight, bias, part.channel, channels);
  for (std::int64_t row = part.first; row < part.last; row += kRowLanes) {
    const std::int64_t i = row * channels + part.channel;
    y[i] = static_cast<T>(F::value(static_cast<float>(x[i]) * affine.factor + affine.shift));
  }
}

// The sums of the gradient of z, what enters the activation, and of it times x - mean.
template <class T, class F>
__global__ void batch_norm_gradient_sums(const T* gradient, const T* x, const float* statistics, const float* weight,
                                         const float* bias, float* sums, std::int64_t rows, int channels,
                                         std::int64_t rows_of_part) {
  const PartOfRows part(rows, rows_of_part);
  float sum = 0;
  float product = 0;
  if (part.channel < channels) {
    const AffineOnGpu affine(statistics, weight, bias, part.channel, channels);
    for (std::int64_t row = part.first; row < part.last; row += kRowLanes) {
      const std::int64_t i = row * channels + part.channel;
      const float value = static_cast<float>(x[i]);
      const float of_z = static_cast<float>(gradient[i]) * F::slope(value * affine.factor + affine.shift);
      sum += of_z;
      product += of_z * (value - affine.mean);
    }
  }
  store_part({sum, product}, sums, blockIdx.y, part.channel, channels);
}

// The gradients of weight and bias, and terms (2, channels): the offset and the slope of the gradient of x. A thread
// for each channel.
__global__ void batch_norm_gradient_terms(const float* sums, std::int64_t parts, const float* statistics,
                                          std::int64_t rows, int channels, float* of_weight, float* of_bias,
                                          float* terms) {
  const int c = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (c >= channels) return;
  const TwoTotals totals(sums, parts, c, channels);
  const double inverse = statistics[channels + c];
  of_weight[c] = static_cast<float>(totals.second * inverse);
  of_bias[c] = static_cast<float>(totals.first);
  terms[c] = static_cast<float>(totals.first / static_cast<double>(rows));
  terms[channels + c] = static_cast<float>(totals.second * inverse * inverse / static_cast<double>(rows));
}

// Restricted for the same reason.
template <class T, class F>
__global__ void batch_norm_differentiate(const T* __restrict__ gradient, const T* __restrict__ x,
                                         const float* statistics, const float* weight, const float* bias,
                                         const float* terms, T* __restrict__ of_x, std::int64_t rows, int channels,
                                         std::int64_t rows_of_part) {
  const PartOfRows part(rows, rows_of_part);
  if (part.channel >= channels) return;
  const AffineOnGpu affine(statistics, weight, bias, part.channel, channels);
  const float offset = terms[part.channel];
  const float slope = terms[channels + part.channel];
  for (std::int64_t row = part.first; row < part.last; row += kRowLanes) {
    const std::int64_t i = row * channels + part.channel;
    const float value = static_cast<float>(x[i]);
    const float of_z = static_cast<float>(gradient[i]) * F::slope(value * affine.factor + affine.shift);
    of_x[i] = static_cast<T>(affine.factor * (of_z - offset - (value - affine.mean) * slope));
  }
}

}  // namespace jetvit
