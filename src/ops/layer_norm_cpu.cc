#include <cmath>
#include <vector>

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include "compute/stored_float.h"
#include "ops/block_sums.h"
#include "ops/cpu_kernels.h"
#include "ops/lanes.h"
#include "ops/row_blocks.h"

namespace jetvit {
namespace {

// One row in float32, padded with zeros to whole vectors.
struct Scratch {
  std::vector<float> values, slopes;

  explicit Scratch(std::size_t channels) : values(whole_lanes(channels)), slopes(values.size()) {}
};

// Means and inverse deviations of `count` rows, and the rows normalized with them.
template <class T>
JETVIT_ALWAYS_INLINE void normalize_of(const T* x, T* y, const float* weight, const float* bias, float epsilon,
                                       float* mean, float* inverse_deviation, Scratch& scratch, std::size_t count,
                                       std::size_t channels) {
  float* __restrict values = scratch.values.data();
  const auto size = static_cast<float>(channels);
  for (std::size_t row = 0; row < count; ++row, x += channels, y += channels) {
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) values[c] = to_float(x[c]);
    const float middle = sum_of(values, scratch.values.size()) / size;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) values[c] -= middle;
    const float variance = sum_of_products(values, values, scratch.values.size()) / size;
    const float inverse = 1.0F / std::sqrt(variance + epsilon);
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) store(values[c] * inverse * weight[c] + bias[c], y[c]);
    mean[row] = middle;
    inverse_deviation[row] = inverse;
  }
}

// The gradients of `count` rows; adds those of weight and bias to their sums, which are null where they are not needed.
template <class T>
JETVIT_ALWAYS_INLINE void differentiate_of(const T* x, const T* gy, T* gx, const float* weight, const float* mean,
                                           const float* inverse_deviation, float* weight_sum, float* bias_sum,
                                           Scratch& scratch, std::size_t count, std::size_t channels) {
  float* __restrict values = scratch.values.data();
  float* __restrict slopes = scratch.slopes.data();
  const auto size = static_cast<float>(channels);
  for (std::size_t row = 0; row < count; ++row, x += channels, gy += channels, gx += channels) {
    const float middle = mean[row];
    const float inverse = inverse_deviation[row];
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) {
      values[c] = (to_float(x[c]) - middle) * inverse;
      slopes[c] = to_float(gy[c]) * weight[c];
    }
    if (weight_sum != nullptr) {
      JETVIT_INDEPENDENT_ITERATIONS
      for (std::size_t c = 0; c < channels; ++c) {
        const float gradient = to_float(gy[c]);
        weight_sum[c] += gradient * values[c];
        bias_sum[c] += gradient;
      }
    }
    const float offset = sum_of(slopes, scratch.slopes.size()) / size;
    const float slope = sum_of_products(slopes, values, scratch.slopes.size()) / size;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) store(inverse * (slopes[c] - offset - values[c] * slope), gx[c]);
  }
}

// Target clones cannot be templates.
JETVIT_VECTOR_CLONES void normalize(const float* x, float* y, const float* weight, const float* bias, float epsilon,
                                    float* mean, float* inverse_deviation, Scratch& scratch, std::size_t count,
                                    std::size_t channels) {
  normalize_of(x, y, weight, bias, epsilon, mean, inverse_deviation, scratch, count, channels);
}

JETVIT_VECTOR_CLONES void normalize(const at::BFloat16* x, at::BFloat16* y, const float* weight, const float* bias,
                                    float epsilon, float* mean, float* inverse_deviation, Scratch& scratch,
                                    std::size_t count, std::size_t channels) {
  normalize_of(x, y, weight, bias, epsilon, mean, inverse_deviation, scratch, count, channels);
}

JETVIT_VECTOR_CLONES void differentiate(const float* x, const float* gy, float* gx, const float* weight,
                                        const float* mean, const float* inverse_deviation, float* weight_sum,
                                        float* bias_sum, Scratch& scratch, std::size_t count, std::size_t channels) {
  differentiate_of(x, gy, gx, weight, mean, inverse_deviation, weight_sum, bias_sum, scratch, count, channels);
}

JETVIT_VECTOR_CLONES void differentiate(const at::BFloat16* x, const at::BFloat16* gy, at::BFloat16* gx,
                                        const float* weight, const float* mean, const float* inverse_deviation,
                                        float* weight_sum, float* bias_sum, Scratch& scratch, std::size_t count,
                                        std::size_t channels) {
  differentiate_of(x, gy, gx, weight, mean, inverse_deviation, weight_sum, bias_sum, scratch, count, channels);
}

}  // namespace

std::tuple<at::Tensor, at::Tensor> layer_norm_cpu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                                  double epsilon) {
  const auto channels = static_cast<std::size_t>(weight.numel());
  const std::size_t rows = static_cast<std::size_t>(x.numel()) / channels;
  at::Tensor statistics = at::empty({2, static_cast<std::int64_t>(rows)}, weight.options());
  at::Tensor y = at::empty_like(x);
  auto* means = statistics.data_ptr<float>();
  const float* weights = weight.const_data_ptr<float>();
  const float* biases = bias.const_data_ptr<float>();
  with_stored_type(x, [&](auto stored) {
    const auto* from = x.const_data_ptr<decltype(stored)>();
    auto* to = y.data_ptr<decltype(stored)>();
    for_each_row_block(rows, [&](std::size_t, std::size_t first, std::size_t last) {
      Scratch scratch(channels);
      normalize(from + first * channels, to + first * channels, weights, biases, static_cast<float>(epsilon),
                means + first, means + rows + first, scratch, last - first, channels);
    });
  });
  return {y, statistics};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> layer_norm_backward_cpu(const at::Tensor& gradient, const at::Tensor& x,
                                                                       const at::Tensor& statistics,
                                                                       const at::Tensor& weight, bool for_parameters) {
  const auto channels = static_cast<std::size_t>(weight.numel());
  const std::size_t rows = static_cast<std::size_t>(x.numel()) / channels;
  const at::Tensor gy = gradient.contiguous();
  at::Tensor gx = at::empty_like(x);
  const float* means = statistics.const_data_ptr<float>();
  const float* weights = weight.const_data_ptr<float>();
  BlockSums sums(for_parameters ? row_blocks(rows) : 0,
                 2 * channels);  // [block][of weight or bias][channel]
  with_stored_type(x, [&](auto stored) {
    const auto* from = x.const_data_ptr<decltype(stored)>();
    const auto* slopes = gy.const_data_ptr<decltype(stored)>();
    auto* to = gx.data_ptr<decltype(stored)>();
    for_each_row_block(rows, [&](std::size_t block, std::size_t first, std::size_t last) {
      Scratch scratch(channels);
      float* sum = for_parameters ? sums.of(block) : nullptr;
      const std::size_t begin = first * channels;
      differentiate(from + begin, slopes + begin, to + begin, weights, means + first, means + rows + first, sum,
                    for_parameters ? sum + channels : nullptr, scratch, last - first, channels);
    });
  });
  if (!for_parameters) return {gx, {}, {}};
  const std::vector<double> totals = sums.totals();
  at::Tensor of_parameters = at::empty({2, weight.numel()}, weight.options());
  auto* to = of_parameters.data_ptr<float>();
  for (std::size_t c = 0; c < totals.size(); ++c) to[c] = static_cast<float>(totals[c]);
  return {gx, of_parameters.select(0, 0), of_parameters.select(0, 1)};
}

}  // namespace jetvit
