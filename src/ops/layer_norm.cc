#include "ops/layer_norm.h"

#include <cmath>
#include <vector>

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/layer_norm.h>
#include <torch/csrc/autograd/custom_function.h>

#include "ops/block_sums.h"
#include "ops/lanes.h"
#include "ops/row_blocks.h"
#include "ops/stored_float.h"

namespace jetvit {
namespace {

// One row in float32, filled up with zeros to whole vectors.
struct Scratch {
  std::vector<float> values, slopes;

  explicit Scratch(std::size_t channels) : values(whole_lanes(channels)), slopes(values.size()) {}
};

// Means and inverse deviations of `count` rows, and the rows normalised with them.
template <class T>
JETVIT_ALWAYS_INLINE void normalise_of(const T* x, T* y, const float* weight, const float* bias, float epsilon,
                                       float* mean, float* inverse_deviation, Scratch& scratch, std::size_t count,
                                       std::size_t channels) {
  float* __restrict values = scratch.values.data();
  const auto size = static_cast<float>(channels);
  for (std::size_t row = 0; row < count; ++row, x += channels, y += channels) {
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) values[c] = widened(x[c]);
    const float middle = sum_of(values, scratch.values.size()) / size;
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) values[c] -= middle;
    const float variance = sum_of_products(values, values, scratch.values.size()) / size;
    const float inverse = 1.0F / std::sqrt(variance + epsilon);
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) store(values[c] * inverse * weight[c] + bias[c], y[c]);
    mean[row] = middle;
    inverse_deviation[row] = inverse;
  }
}

// The gradients of `count` rows; adds those of weight and bias to their sums, which are null where nobody wants them.
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
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) {
      values[c] = (widened(x[c]) - middle) * inverse;
      slopes[c] = widened(gy[c]) * weight[c];
    }
    if (weight_sum != nullptr) {
      JETVIT_INDEPENDENT_TURNS
      for (std::size_t c = 0; c < channels; ++c) {
        const float gradient = widened(gy[c]);
        weight_sum[c] += gradient * values[c];
        bias_sum[c] += gradient;
      }
    }
    const float offset = sum_of(slopes, scratch.slopes.size()) / size;
    const float slope = sum_of_products(slopes, values, scratch.slopes.size()) / size;
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) store(inverse * (slopes[c] - offset - values[c] * slope), gx[c]);
  }
}

// Clones cannot be templates.
JETVIT_VECTOR_CLONES void normalise(const float* x, float* y, const float* weight, const float* bias, float epsilon,
                                    float* mean, float* inverse_deviation, Scratch& scratch, std::size_t count,
                                    std::size_t channels) {
  normalise_of(x, y, weight, bias, epsilon, mean, inverse_deviation, scratch, count, channels);
}

JETVIT_VECTOR_CLONES void normalise(const at::BFloat16* x, at::BFloat16* y, const float* weight, const float* bias,
                                    float epsilon, float* mean, float* inverse_deviation, Scratch& scratch,
                                    std::size_t count, std::size_t channels) {
  normalise_of(x, y, weight, bias, epsilon, mean, inverse_deviation, scratch, count, channels);
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

struct LayerNormFunction : torch::autograd::Function<LayerNormFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, double epsilon) {
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
        normalise(from + first * channels, to + first * channels, weights, biases, static_cast<float>(epsilon),
                  means + first, means + rows + first, scratch, last - first, channels);
      });
    });
    context->save_for_backward({x, statistics, weight});
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[2];
    const auto channels = static_cast<std::size_t>(weight.numel());
    const std::size_t rows = static_cast<std::size_t>(x.numel()) / channels;
    const at::Tensor gy = gradients[0].contiguous();
    at::Tensor gx = at::empty_like(x);
    const float* means = saved[1].const_data_ptr<float>();
    const float* weights = weight.const_data_ptr<float>();
    const bool parameters = context->needs_input_grad(1) || context->needs_input_grad(2);
    BlockSums sums(parameters ? row_blocks(rows) : 0, 2 * channels);  // [block][of weight or bias][channel]
    with_stored_type(x, [&](auto stored) {
      const auto* from = x.const_data_ptr<decltype(stored)>();
      const auto* gradient = gy.const_data_ptr<decltype(stored)>();
      auto* to = gx.data_ptr<decltype(stored)>();
      for_each_row_block(rows, [&](std::size_t block, std::size_t first, std::size_t last) {
        Scratch scratch(channels);
        float* sum = parameters ? sums.of(block) : nullptr;
        const std::size_t begin = first * channels;
        differentiate(from + begin, gradient + begin, to + begin, weights, means + first, means + rows + first, sum,
                      parameters ? sum + channels : nullptr, scratch, last - first, channels);
      });
    });
    if (!parameters) return {gx, {}, {}, {}};
    const std::vector<double> totals = sums.totals();
    at::Tensor of_parameters = at::empty({2, weight.numel()}, weight.options());
    auto* to = of_parameters.data_ptr<float>();
    for (std::size_t c = 0; c < totals.size(); ++c) to[c] = static_cast<float>(totals[c]);
    return {gx, of_parameters.select(0, 0), of_parameters.select(0, 1), {}};
  }
};

}  // namespace

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double epsilon) {
  const bool takes = x.device().is_cpu() && is_stored_float(x.scalar_type()) && x.numel() > 0 &&
                     weight.scalar_type() == at::kFloat && bias.scalar_type() == at::kFloat;
  if (!takes) return at::layer_norm(x, {weight.numel()}, weight, bias, epsilon);
  return LayerNormFunction::apply(x.contiguous(), weight, bias, epsilon);
}

}  // namespace jetvit
