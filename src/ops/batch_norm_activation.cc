#include "ops/batch_norm_activation.h"

#include <cmath>
#include <vector>

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include "ops/row_blocks.h"
#include "ops/vector_activation.h"

namespace jetvit {
namespace {

// z = factor x + shift for each channel, and what the gradients need beside it.
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
JETVIT_VECTOR_CLONES void add_moments(const float* x, const float* origin, float* sum, float* squares,
                                      std::size_t count, std::size_t channels) {
  for (std::size_t row = 0; row < count; ++row) {
    const float* __restrict from = x + row * channels;
    float* __restrict sums = sum;
    float* __restrict square_sums = squares;
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) {
      const float distance = from[c] - origin[c];
      sums[c] += distance;
      square_sums[c] += distance * distance;
    }
  }
}

template <class F>
JETVIT_ALWAYS_INLINE void normalise(const float* x, float* y, const float* factor, const float* shift,
                                    std::size_t count, std::size_t channels) {
  for (std::size_t row = 0; row < count; ++row) {
    const float* __restrict from = x + row * channels;
    float* __restrict to = y + row * channels;
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) to[c] = F::value(from[c] * factor[c] + shift[c]);
  }
}

// The gradient of z, and its sums alone and times x - mean.
template <class F>
JETVIT_ALWAYS_INLINE void activation_gradient(const float* x, const float* gy, float* gz, const Affine& affine,
                                              float* sum, float* product, std::size_t count, std::size_t channels) {
  const float* __restrict factor = affine.factor.data();
  const float* __restrict shift = affine.shift.data();
  const float* __restrict mean = affine.mean.data();
  for (std::size_t row = 0; row < count; ++row) {
    const float* __restrict from = x + row * channels;
    const float* __restrict gradient = gy + row * channels;
    float* __restrict to = gz + row * channels;
    float* __restrict sums = sum;
    float* __restrict products = product;
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) {
      const float value = gradient[c] * F::slope(from[c] * factor[c] + shift[c]);
      to[c] = value;
      sums[c] += value;
      products[c] += value * (from[c] - mean[c]);
    }
  }
}

// The same by activation: the choice lies outside the loops, and each instruction set has its own copy of all three.
JETVIT_VECTOR_CLONES void normalise(Activation activation, const float* x, float* y, const float* factor,
                                    const float* shift, std::size_t count, std::size_t channels) {
  if (activation == Activation::kSilu) normalise<vector::Silu>(x, y, factor, shift, count, channels);
  if (activation == Activation::kGelu) normalise<vector::Gelu>(x, y, factor, shift, count, channels);
  if (activation == Activation::kGeluTanh) normalise<vector::GeluTanh>(x, y, factor, shift, count, channels);
}

JETVIT_VECTOR_CLONES void activation_gradient(Activation activation, const float* x, const float* gy, float* gz,
                                              const Affine& affine, float* sum, float* product, std::size_t count,
                                              std::size_t channels) {
  if (activation == Activation::kSilu) {
    activation_gradient<vector::Silu>(x, gy, gz, affine, sum, product, count, channels);
  }
  if (activation == Activation::kGelu) {
    activation_gradient<vector::Gelu>(x, gy, gz, affine, sum, product, count, channels);
  }
  if (activation == Activation::kGeluTanh) {
    activation_gradient<vector::GeluTanh>(x, gy, gz, affine, sum, product, count, channels);
  }
}

// From the gradient of z to that of x, in place: factor (gz - offset - (x - mean) slope).
JETVIT_VECTOR_CLONES void norm_gradient(const float* x, float* gx, const Affine& affine, const float* offset,
                                        const float* slope, std::size_t count, std::size_t channels) {
  const float* __restrict factor = affine.factor.data();
  const float* __restrict mean = affine.mean.data();
  for (std::size_t row = 0; row < count; ++row) {
    const float* __restrict from = x + row * channels;
    float* __restrict to = gx + row * channels;
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) {
      to[c] = factor[c] * (to[c] - offset[c] - (from[c] - mean[c]) * slope[c]);
    }
  }
}

// Two sums for each channel, block by block.
struct BlockSums {
  std::size_t channels;
  std::vector<float> values;  // [block][two][channel]

  explicit BlockSums(const Rows& x) : channels(x.channels), values(row_blocks(x.rows) * 2 * x.channels) {}
  float* of(std::size_t block, std::size_t which) { return values.data() + (2 * block + which) * channels; }

  std::vector<double> total(std::size_t which) const {
    std::vector<double> out(channels);
    for (std::size_t start = which * channels; start < values.size(); start += 2 * channels) {
      for (std::size_t c = 0; c < channels; ++c) out[c] += values[start + c];
    }
    return out;
  }
};

struct BatchNormActivation : torch::autograd::Function<BatchNormActivation> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, at::Tensor running_mean, at::Tensor running_variance,
                            double momentum, double epsilon, Activation activation) {
    const Rows shape(x);
    const float* from = x.const_data_ptr<float>();
    // Distances from the first pixel: no digits are lost where the mean is large against the deviation.
    BlockSums sums(shape);
    for_each_row_block(shape.rows, [&](std::size_t block, std::size_t first, std::size_t last) {
      add_moments(from + first * shape.channels, from, sums.of(block, 0), sums.of(block, 1), last - first,
                  shape.channels);
    });
    const std::vector<double> distances = sums.total(0);
    const std::vector<double> squares = sums.total(1);
    const auto count = static_cast<double>(shape.rows);
    at::Tensor statistics = at::empty({2, x.size(1)}, x.options());
    auto* means = statistics.data_ptr<float>();
    float* inverse_deviations = means + shape.channels;
    auto* running_means = running_mean.data_ptr<float>();
    auto* running_variances = running_variance.data_ptr<float>();
    for (std::size_t c = 0; c < shape.channels; ++c) {
      const double distance = distances[c] / count;
      const double mean = from[c] + distance;
      const double variance = std::max(squares[c] / count - distance * distance, 0.0);
      const double unbiased = variance * count / std::max(count - 1, 1.0);
      means[c] = static_cast<float>(mean);
      inverse_deviations[c] = static_cast<float>(1 / std::sqrt(variance + epsilon));
      running_means[c] = static_cast<float>((1 - momentum) * running_means[c] + momentum * mean);
      running_variances[c] = static_cast<float>((1 - momentum) * running_variances[c] + momentum * unbiased);
    }
    const Affine affine(means, inverse_deviations, weight.const_data_ptr<float>(), bias.const_data_ptr<float>(),
                        shape.channels);
    at::Tensor y = at::empty_like(x);
    auto* to = y.data_ptr<float>();
    for_each_row_block(shape.rows, [&](std::size_t, std::size_t first, std::size_t last) {
      const std::size_t begin = first * shape.channels;
      normalise(activation, from + begin, to + begin, affine.factor.data(), affine.shift.data(), last - first,
                shape.channels);
    });
    context->save_for_backward({x, statistics, weight, bias});
    context->saved_data["activation"] = static_cast<std::int64_t>(activation);
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const Rows shape(x);
    const at::Tensor gy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor gx = at::empty_like(x);
    const float* from = x.const_data_ptr<float>();
    const float* gradient = gy.const_data_ptr<float>();
    auto* to = gx.data_ptr<float>();
    const float* means = saved[1].const_data_ptr<float>();
    const Affine affine(means, means + shape.channels, saved[2].const_data_ptr<float>(),
                        saved[3].const_data_ptr<float>(), shape.channels);
    const auto activation = static_cast<Activation>(context->saved_data["activation"].toInt());
    BlockSums sums(shape);
    for_each_row_block(shape.rows, [&](std::size_t block, std::size_t first, std::size_t last) {
      const std::size_t begin = first * shape.channels;
      activation_gradient(activation, from + begin, gradient + begin, to + begin, affine, sums.of(block, 0),
                          sums.of(block, 1), last - first, shape.channels);
    });
    const std::vector<double> sum = sums.total(0);
    const std::vector<double> product = sums.total(1);
    const auto count = static_cast<double>(shape.rows);
    at::Tensor weight_gradient = at::empty({x.size(1)}, x.options());
    at::Tensor bias_gradient = at::empty({x.size(1)}, x.options());
    auto* weights = weight_gradient.data_ptr<float>();
    auto* biases = bias_gradient.data_ptr<float>();
    std::vector<float> offset(shape.channels);
    std::vector<float> slope(shape.channels);
    for (std::size_t c = 0; c < shape.channels; ++c) {
      const double inverse = affine.inverse_deviation[c];
      weights[c] = static_cast<float>(product[c] * inverse);
      biases[c] = static_cast<float>(sum[c]);
      offset[c] = static_cast<float>(sum[c] / count);
      slope[c] = static_cast<float>(product[c] * inverse * inverse / count);
    }
    for_each_row_block(shape.rows, [&](std::size_t, std::size_t first, std::size_t last) {
      norm_gradient(from + first * shape.channels, to + first * shape.channels, affine, offset.data(), slope.data(),
                    last - first, shape.channels);
    });
    return {gx, weight_gradient, bias_gradient, {}, {}, {}, {}, {}};
  }
};

}  // namespace

at::Tensor batch_norm_activation(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                 const at::Tensor& running_mean, const at::Tensor& running_variance, double momentum,
                                 double epsilon, Activation activation) {
  if (has_rows(x) && weight.scalar_type() == at::kFloat && activation != Activation::kRelu) {
    return BatchNormActivation::apply(x, weight, bias, running_mean, running_variance, momentum, epsilon, activation);
  }
  return activate(at::batch_norm(x, weight, bias, running_mean, running_variance, true, momentum, epsilon, false),
                  activation);
}

}  // namespace jetvit
