#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include "compute/stored_float.h"
#include "ops/activation.h"
#include "ops/block_sums.h"
#include "ops/cpu_kernels.h"
#include "ops/row_blocks.h"
#include "ops/vector_activation.h"

namespace jetvit {
namespace {

// z = factor x + shift for each channel, and what the gradients need in addition.
struct Affine {
  std::vector<float> factor, shift, mean, inverse_deviation;

  Affine(const float* means, const float* inverse_deviations, const float* weight, const float* bias,
         std::size_t channels)
      : mean(means, means + channels), inverse_deviation(inverse_deviations, inverse_deviations + channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      factor.push_back(weight[c] * inverse_deviation[c]);
      shift.push_back(bias[c] - mean[c] * factor[c]);
    }
  }
};

// Adds x - origin and its square to the sums of each channel.
template <class T>
JETVIT_ALWAYS_INLINE void add_moments_of(const T* x, const float* origin, float* sum, float* squares, std::size_t count,
                                         std::size_t channels) {
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict from = x + row * channels;
    float* __restrict sums = sum;
    float* __restrict square_sums = squares;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) {
      const float distance = to_float(from[c]) - origin[c];
      sums[c] += distance;
      square_sums[c] += distance * distance;
    }
  }
}

template <class F, class T>
JETVIT_ALWAYS_INLINE void normalize_by(const T* x, T* y, const Affine& affine, std::size_t count,
                                       std::size_t channels) {
  const float* __restrict factor = affine.factor.data();
  const float* __restrict shift = affine.shift.data();
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict from = x + row * channels;
    T* __restrict to = y + row * channels;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) store(F::value(to_float(from[c]) * factor[c] + shift[c]), to[c]);
  }
}

// Adds the gradient of z alone and times x - mean to the sums of each channel.
template <class F, class T>
JETVIT_ALWAYS_INLINE void add_gradients_by(const T* x, const T* gy, const Affine& affine, float* sum, float* product,
                                           std::size_t count, std::size_t channels) {
  const float* __restrict factor = affine.factor.data();
  const float* __restrict shift = affine.shift.data();
  const float* __restrict mean = affine.mean.data();
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict from = x + row * channels;
    const T* __restrict gradient = gy + row * channels;
    float* __restrict sums = sum;
    float* __restrict products = product;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) {
      const float value = to_float(from[c]);
      const float gz = to_float(gradient[c]) * F::slope(value * factor[c] + shift[c]);
      sums[c] += gz;
      products[c] += gz * (value - mean[c]);
    }
  }
}

// The gradient of x: factor (gz - offset - (x - mean) slope) with the gradient gz of z, which is computed again.
template <class F, class T>
JETVIT_ALWAYS_INLINE void differentiate_by(const T* x, const T* gy, T* gx, const Affine& affine, const float* offset,
                                           const float* slope, std::size_t count, std::size_t channels) {
  const float* __restrict factor = affine.factor.data();
  const float* __restrict shift = affine.shift.data();
  const float* __restrict mean = affine.mean.data();
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict from = x + row * channels;
    const T* __restrict gradient = gy + row * channels;
    T* __restrict to = gx + row * channels;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) {
      const float value = to_float(from[c]);
      const float gz = to_float(gradient[c]) * F::slope(value * factor[c] + shift[c]);
      store(factor[c] * (gz - offset[c] - (value - mean[c]) * slope[c]), to[c]);
    }
  }
}

struct Identity {
  static JETVIT_ALWAYS_INLINE float value(float x) { return x; }
  static JETVIT_ALWAYS_INLINE float slope(float) { return 1; }
};

// One version for each activation, which is chosen outside the loops.
using MaybeActivation = std::optional<Activation>;

template <class T>
JETVIT_ALWAYS_INLINE void normalize_of(MaybeActivation activation, const T* x, T* y, const Affine& affine,
                                       std::size_t count, std::size_t channels) {
  if (!activation) normalize_by<Identity>(x, y, affine, count, channels);
  if (activation == Activation::kSilu) normalize_by<vector::Silu>(x, y, affine, count, channels);
  if (activation == Activation::kGelu) normalize_by<vector::Gelu>(x, y, affine, count, channels);
  if (activation == Activation::kGeluTanh) normalize_by<vector::GeluTanh>(x, y, affine, count, channels);
}

template <class T>
JETVIT_ALWAYS_INLINE void add_gradients_of(MaybeActivation activation, const T* x, const T* gy, const Affine& affine,
                                           float* sum, float* product, std::size_t count, std::size_t channels) {
  if (!activation) add_gradients_by<Identity>(x, gy, affine, sum, product, count, channels);
  if (activation == Activation::kSilu) add_gradients_by<vector::Silu>(x, gy, affine, sum, product, count, channels);
  if (activation == Activation::kGelu) add_gradients_by<vector::Gelu>(x, gy, affine, sum, product, count, channels);
  if (activation == Activation::kGeluTanh) {
    add_gradients_by<vector::GeluTanh>(x, gy, affine, sum, product, count, channels);
  }
}

template <class T>
JETVIT_ALWAYS_INLINE void differentiate_of(MaybeActivation activation, const T* x, const T* gy, T* gx,
                                           const Affine& affine, const float* offset, const float* slope,
                                           std::size_t count, std::size_t channels) {
  if (!activation) differentiate_by<Identity>(x, gy, gx, affine, offset, slope, count, channels);
  if (activation == Activation::kSilu) {
    differentiate_by<vector::Silu>(x, gy, gx, affine, offset, slope, count, channels);
  }
  if (activation == Activation::kGelu) {
    differentiate_by<vector::Gelu>(x, gy, gx, affine, offset, slope, count, channels);
  }
  if (activation == Activation::kGeluTanh) {
    differentiate_by<vector::GeluTanh>(x, gy, gx, affine, offset, slope, count, channels);
  }
}

// One version for each instruction set and stored type: target clones cannot be templates.
JETVIT_VECTOR_CLONES void add_moments(const float* x, const float* origin, float* sum, float* squares,
                                      std::size_t count, std::size_t channels) {
  add_moments_of(x, origin, sum, squares, count, channels);
}

JETVIT_VECTOR_CLONES void normalize(MaybeActivation activation, const float* x, float* y, const Affine& affine,
                                    std::size_t count, std::size_t channels) {
  normalize_of(activation, x, y, affine, count, channels);
}

JETVIT_VECTOR_CLONES void add_gradients(MaybeActivation activation, const float* x, const float* gy,
                                        const Affine& affine, float* sum, float* product, std::size_t count,
                                        std::size_t channels) {
  add_gradients_of(activation, x, gy, affine, sum, product, count, channels);
}

JETVIT_VECTOR_CLONES void differentiate(MaybeActivation activation, const float* x, const float* gy, float* gx,
                                        const Affine& affine, const float* offset, const float* slope,
                                        std::size_t count, std::size_t channels) {
  differentiate_of(activation, x, gy, gx, affine, offset, slope, count, channels);
}

JETVIT_VECTOR_CLONES void add_moments(const at::BFloat16* x, const float* origin, float* sum, float* squares,
                                      std::size_t count, std::size_t channels) {
  add_moments_of(x, origin, sum, squares, count, channels);
}

JETVIT_VECTOR_CLONES void normalize(MaybeActivation activation, const at::BFloat16* x, at::BFloat16* y,
                                    const Affine& affine, std::size_t count, std::size_t channels) {
  normalize_of(activation, x, y, affine, count, channels);
}

JETVIT_VECTOR_CLONES void add_gradients(MaybeActivation activation, const at::BFloat16* x, const at::BFloat16* gy,
                                        const Affine& affine, float* sum, float* product, std::size_t count,
                                        std::size_t channels) {
  add_gradients_of(activation, x, gy, affine, sum, product, count, channels);
}

JETVIT_VECTOR_CLONES void differentiate(MaybeActivation activation, const at::BFloat16* x, const at::BFloat16* gy,
                                        at::BFloat16* gx, const Affine& affine, const float* offset, const float* slope,
                                        std::size_t count, std::size_t channels) {
  differentiate_of(activation, x, gy, gx, affine, offset, slope, count, channels);
}

MaybeActivation activation_from(std::optional<std::int64_t> number) {
  return number ? std::optional(static_cast<Activation>(*number)) : std::nullopt;
}

Affine affine_of(const at::Tensor& statistics, const at::Tensor& weight, const at::Tensor& bias) {
  const auto* means = statistics.const_data_ptr<float>();
  const auto channels = static_cast<std::size_t>(statistics.size(1));
  return Affine(means, means + channels, weight.const_data_ptr<float>(), bias.const_data_ptr<float>(), channels);
}

at::Tensor tensor_of(const std::vector<double>& rows) {
  at::Tensor tensor = at::empty({2, static_cast<std::int64_t>(rows.size() / 2)}, at::kDouble);
  std::copy(rows.begin(), rows.end(), tensor.mutable_data_ptr<double>());
  return tensor;
}

}  // namespace

at::Tensor batch_norm_moments_cpu(const at::Tensor& x) {
  const Rows shape(x);
  // Distances from the first pixel: no digits are lost where the mean is large against the deviation.
  std::vector<float> origin(shape.channels);
  BlockSums sums(row_blocks(shape.rows),
                 2 * shape.channels);  // [block][which][channel]
  with_stored_type(x, [&](auto stored) {
    const auto* from = x.const_data_ptr<decltype(stored)>();
    for (std::size_t c = 0; c < shape.channels; ++c) origin[c] = to_float(from[c]);
    for_each_row_block(shape.rows, [&](std::size_t block, std::size_t first, std::size_t last) {
      float* sum = sums.of(block);
      add_moments(from + first * shape.channels, origin.data(), sum, sum + shape.channels, last - first,
                  shape.channels);
    });
  });
  std::vector<double> moments = sums.totals();
  double* distances = moments.data();
  double* squares = distances + shape.channels;
  const auto count = static_cast<double>(shape.rows);
  for (std::size_t c = 0; c < shape.channels; ++c) {
    const double distance = distances[c] / count;
    distances[c] = origin[c] + distance;
    squares[c] = std::max(squares[c] / count - distance * distance, 0.0);
  }
  return tensor_of(moments);
}

at::Tensor batch_norm_apply_cpu(const at::Tensor& x, const at::Tensor& statistics, const at::Tensor& weight,
                                const at::Tensor& bias, std::optional<std::int64_t> activation) {
  const Rows shape(x);
  const Affine affine = affine_of(statistics, weight, bias);
  at::Tensor y = at::empty_like(x);
  with_stored_type(x, [&](auto stored) {
    const auto* from = x.const_data_ptr<decltype(stored)>();
    auto* to = y.data_ptr<decltype(stored)>();
    for_each_row_block(shape.rows, [&](std::size_t, std::size_t first, std::size_t last) {
      const std::size_t begin = first * shape.channels;
      normalize(activation_from(activation), from + begin, to + begin, affine, last - first, shape.channels);
    });
  });
  return y;
}

std::tuple<at::Tensor, at::Tensor> batch_norm_activation_cpu(const at::Tensor& x, const at::Tensor& weight,
                                                             const at::Tensor& bias, const at::Tensor& running_mean,
                                                             const at::Tensor& running_variance, double momentum,
                                                             double epsilon, std::int64_t activation) {
  const Rows shape(x);
  const at::Tensor moments = batch_norm_moments_cpu(x);
  const auto* exact_means = moments.const_data_ptr<double>();
  const double* variances = exact_means + shape.channels;
  const auto count = static_cast<double>(shape.rows);
  at::Tensor statistics = at::empty({2, x.size(1)}, weight.options());
  auto* means = statistics.data_ptr<float>();
  float* inverse_deviations = means + shape.channels;
  auto* running_means = running_mean.data_ptr<float>();
  auto* running_variances = running_variance.data_ptr<float>();
  for (std::size_t c = 0; c < shape.channels; ++c) {
    const double mean = exact_means[c];
    const double variance = variances[c];
    const double unbiased = variance * count / std::max(count - 1, 1.0);
    means[c] = static_cast<float>(mean);
    inverse_deviations[c] = static_cast<float>(1 / std::sqrt(variance + epsilon));
    running_means[c] = static_cast<float>((1 - momentum) * running_means[c] + momentum * mean);
    running_variances[c] = static_cast<float>((1 - momentum) * running_variances[c] + momentum * unbiased);
  }
  return {batch_norm_apply_cpu(x, statistics, weight, bias, activation), statistics};
}

at::Tensor batch_norm_sums_cpu(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& statistics,
                               const at::Tensor& weight, const at::Tensor& bias,
                               std::optional<std::int64_t> activation) {
  const Rows shape(x);
  const at::Tensor gy = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  const Affine affine = affine_of(statistics, weight, bias);
  BlockSums sums(row_blocks(shape.rows),
                 2 * shape.channels);  // [block][which][channel]
  with_stored_type(x, [&](auto stored) {
    const auto* from = x.const_data_ptr<decltype(stored)>();
    const auto* slopes = gy.const_data_ptr<decltype(stored)>();
    for_each_row_block(shape.rows, [&](std::size_t block, std::size_t first, std::size_t last) {
      const std::size_t begin = first * shape.channels;
      float* sum = sums.of(block);
      add_gradients(activation_from(activation), from + begin, slopes + begin, affine, sum, sum + shape.channels,
                    last - first, shape.channels);
    });
  });
  return tensor_of(sums.totals());
}

at::Tensor batch_norm_gradient_cpu(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& statistics,
                                   const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& sums,
                                   double count, std::optional<std::int64_t> activation) {
  const Rows shape(x);
  const at::Tensor gy = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  const Affine affine = affine_of(statistics, weight, bias);
  const auto* sum = sums.const_data_ptr<double>();
  const double* product = sum + shape.channels;
  std::vector<float> offset(shape.channels);
  std::vector<float> slope(shape.channels);
  for (std::size_t c = 0; c < shape.channels; ++c) {
    const double inverse = affine.inverse_deviation[c];
    offset[c] = static_cast<float>(sum[c] / count);
    slope[c] = static_cast<float>(product[c] * inverse * inverse / count);
  }
  at::Tensor gx = at::empty_like(x);
  with_stored_type(x, [&](auto stored) {
    const auto* from = x.const_data_ptr<decltype(stored)>();
    const auto* slopes = gy.const_data_ptr<decltype(stored)>();
    auto* to = gx.data_ptr<decltype(stored)>();
    for_each_row_block(shape.rows, [&](std::size_t, std::size_t first, std::size_t last) {
      const std::size_t begin = first * shape.channels;
      differentiate(activation_from(activation), from + begin, slopes + begin, to + begin, affine, offset.data(),
                    slope.data(), last - first, shape.channels);
    });
  });
  return gx;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> batch_norm_activation_backward_cpu(
    const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& statistics, const at::Tensor& weight,
    const at::Tensor& bias, std::int64_t activation, bool for_x) {
  const Rows shape(x);
  const at::Tensor gy = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor sums = batch_norm_sums_cpu(gy, x, statistics, weight, bias, activation);
  // From two sums that the gradient of x needs as well: frozen parameters save nothing here.
  at::Tensor weight_gradient = at::empty_like(weight);
  at::Tensor bias_gradient = at::empty_like(weight);
  const auto* sum = sums.const_data_ptr<double>();
  const double* product = sum + shape.channels;
  const float* inverse_deviations = statistics.const_data_ptr<float>() + shape.channels;
  auto* weights = weight_gradient.data_ptr<float>();
  auto* biases = bias_gradient.data_ptr<float>();
  for (std::size_t c = 0; c < shape.channels; ++c) {
    weights[c] = static_cast<float>(product[c] * inverse_deviations[c]);
    biases[c] = static_cast<float>(sum[c]);
  }
  if (!for_x) return {at::Tensor(), weight_gradient, bias_gradient};
  const auto count = static_cast<double>(shape.rows);
  return {batch_norm_gradient_cpu(gy, x, statistics, weight, bias, sums, count, activation), weight_gradient,
          bias_gradient};
}

}  // namespace jetvit
