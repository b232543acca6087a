#include <algorithm>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include "compute/stored_float.h"
#include "compute/vector_math.h"
#include "ops/cpu_kernels.h"
#include "ops/row_blocks.h"
#include "ops/squeeze_excite.h"
#include "ops/squeeze_excite_layers.h"

namespace jetvit {
namespace {

// Each loop over rows is a template with a function for each stored type: target clones cannot be templates.
template <class T>
JETVIT_ALWAYS_INLINE void add_rows_of(const T* x, float* sum, std::size_t count, std::size_t channels) {
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict from = x + row * channels;
    float* __restrict to = sum;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) to[c] += to_float(from[c]);
  }
}

template <class T>
JETVIT_ALWAYS_INLINE void add_products_of(const T* a, const T* b, float* sum, std::size_t count, std::size_t channels) {
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict left = a + row * channels;
    const T* __restrict right = b + row * channels;
    float* __restrict to = sum;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) to[c] += to_float(left[c]) * to_float(right[c]);
  }
}

template <class T>
JETVIT_ALWAYS_INLINE void scale_rows_of(const T* x, T* y, const float* factor, std::size_t count,
                                        std::size_t channels) {
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict from = x + row * channels;
    T* __restrict to = y + row * channels;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) store(to_float(from[c]) * factor[c], to[c]);
  }
}

template <class T>
JETVIT_ALWAYS_INLINE void scale_and_shift_rows_of(const T* x, T* y, const float* factor, const float* shift,
                                                  std::size_t count, std::size_t channels) {
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict from = x + row * channels;
    T* __restrict to = y + row * channels;
    JETVIT_INDEPENDENT_ITERATIONS
    for (std::size_t c = 0; c < channels; ++c) store(to_float(from[c]) * factor[c] + shift[c], to[c]);
  }
}

JETVIT_VECTOR_CLONES void add_rows(const float* x, float* sum, std::size_t count, std::size_t channels) {
  add_rows_of(x, sum, count, channels);
}

JETVIT_VECTOR_CLONES void add_products(const float* a, const float* b, float* sum, std::size_t count,
                                       std::size_t channels) {
  add_products_of(a, b, sum, count, channels);
}

JETVIT_VECTOR_CLONES void scale_rows(const float* x, float* y, const float* factor, std::size_t count,
                                     std::size_t channels) {
  scale_rows_of(x, y, factor, count, channels);
}

JETVIT_VECTOR_CLONES void scale_and_shift_rows(const float* x, float* y, const float* factor, const float* shift,
                                               std::size_t count, std::size_t channels) {
  scale_and_shift_rows_of(x, y, factor, shift, count, channels);
}

JETVIT_VECTOR_CLONES void sigmoids(const float* x, float* y, std::size_t count) {
  JETVIT_INDEPENDENT_ITERATIONS
  for (std::size_t index = 0; index < count; ++index) y[index] = vector_sigmoid(x[index]);
}

JETVIT_VECTOR_CLONES void add_rows(const at::BFloat16* x, float* sum, std::size_t count, std::size_t channels) {
  add_rows_of(x, sum, count, channels);
}

JETVIT_VECTOR_CLONES void add_products(const at::BFloat16* a, const at::BFloat16* b, float* sum, std::size_t count,
                                       std::size_t channels) {
  add_products_of(a, b, sum, count, channels);
}

JETVIT_VECTOR_CLONES void scale_rows(const at::BFloat16* x, at::BFloat16* y, const float* factor, std::size_t count,
                                     std::size_t channels) {
  scale_rows_of(x, y, factor, count, channels);
}

JETVIT_VECTOR_CLONES void scale_and_shift_rows(const at::BFloat16* x, at::BFloat16* y, const float* factor,
                                               const float* shift, std::size_t count, std::size_t channels) {
  scale_and_shift_rows_of(x, y, factor, shift, count, channels);
}

// Pixels, channels and values of one image.
struct Image {
  std::size_t pixels, channels, values;

  explicit Image(const at::Tensor& x)
      : pixels(static_cast<std::size_t>(x.size(2) * x.size(3))),
        channels(static_cast<std::size_t>(x.size(1))),
        values(pixels * channels) {}
};

// Calls body(position of the first value, position of the first channel) for each image on the threads of ATen.
template <class Body>
void for_each_image(const at::Tensor& x, Body body) {
  const Image image(x);
  at::parallel_for(0, x.size(0), grain_of(x.size(0), x.numel()), [&](std::int64_t begin, std::int64_t end) {
    for (auto n = static_cast<std::size_t>(begin); n < static_cast<std::size_t>(end); ++n) {
      body(n * image.values, n * image.channels);
    }
  });
}

}  // namespace

at::Tensor squeeze(const at::Tensor& x) {
  const Image image(x);
  at::Tensor mean = at::empty({x.size(0), x.size(1), 1, 1}, x.options().memory_format(at::MemoryFormat::ChannelsLast));
  const auto* from = x.const_data_ptr<float>();
  auto* means = mean.mutable_data_ptr<float>();
  for_each_image(x, [&](std::size_t values, std::size_t channels) {
    float* const to = means + channels;
    std::fill_n(to, image.channels, 0.0F);
    add_rows(from + values, to, image.pixels, image.channels);
    for (std::size_t channel = 0; channel < image.channels; ++channel) to[channel] /= static_cast<float>(image.pixels);
  });
  return mean;
}

at::Tensor excite(const at::Tensor& x, const at::Tensor& logits) {
  const Image image(x);
  at::Tensor y = at::empty_like(x);
  const auto* from = x.const_data_ptr<float>();
  const auto* gates = logits.const_data_ptr<float>();
  auto* to = y.mutable_data_ptr<float>();
  for_each_image(x, [&](std::size_t values, std::size_t channels) {
    std::vector<float> factor(image.channels);
    sigmoids(gates + channels, factor.data(), image.channels);
    scale_rows(from + values, to + values, factor.data(), image.pixels, image.channels);
  });
  return y;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor> squeeze_excite_cpu(
    const at::Tensor& x, const at::Tensor& weight1, const at::Tensor& bias1, const at::Tensor& weight2,
    const at::Tensor& bias2, std::int64_t activation) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const Image image(x);
  at::Tensor mean = at::zeros({x.size(0), x.size(1)}, x.options().dtype(at::kFloat));
  auto* means = mean.data_ptr<float>();
  with_stored_type(x, [&](auto stored) {
    const auto* from = x.const_data_ptr<decltype(stored)>();
    for_each_image(x, [&](std::size_t values, std::size_t channels) {
      add_rows(from + values, means + channels, image.pixels, image.channels);
    });
  });
  mean.div_(static_cast<double>(image.pixels));
  const auto [hidden, gate] = channel_gate(mean, weight1, bias1, weight2, bias2, static_cast<Activation>(activation));
  at::Tensor y = at::empty_like(x);
  const float* gates = gate.const_data_ptr<float>();
  with_stored_type(x, [&](auto stored) {
    const auto* from = x.const_data_ptr<decltype(stored)>();
    auto* to = y.data_ptr<decltype(stored)>();
    for_each_image(x, [&](std::size_t values, std::size_t channels) {
      scale_rows(from + values, to + values, gates + channels, image.pixels, image.channels);
    });
  });
  return {y, mean, hidden, gate};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor, at::Tensor> squeeze_excite_backward_cpu(
    const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& weight1, const at::Tensor& weight2,
    const at::Tensor& mean, const at::Tensor& hidden, const at::Tensor& gate, std::int64_t activation,
    std::array<bool, 5> output_mask) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const Image image(x);
  const at::Tensor gy = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  at::Tensor gate_gradient = at::zeros_like(gate);
  auto* gate_gradients = gate_gradient.data_ptr<float>();
  with_stored_type(x, [&](auto stored) {
    const auto* from = x.const_data_ptr<decltype(stored)>();
    const auto* slopes = gy.const_data_ptr<decltype(stored)>();
    for_each_image(x, [&](std::size_t values, std::size_t channels) {
      add_products(from + values, slopes + values, gate_gradients + channels, image.pixels, image.channels);
    });
  });
  const auto image_gradient = [&](const at::Tensor& shift) {
    at::Tensor gx = at::empty_like(x);
    const float* gates = gate.const_data_ptr<float>();
    const float* shifts = shift.const_data_ptr<float>();
    with_stored_type(x, [&](auto stored) {
      const auto* slopes = gy.const_data_ptr<decltype(stored)>();
      auto* to = gx.data_ptr<decltype(stored)>();
      for_each_image(x, [&](std::size_t values, std::size_t channels) {
        scale_and_shift_rows(slopes + values, to + values, gates + channels, shifts + channels, image.pixels,
                             image.channels);
      });
    });
    return gx;
  };
  return squeeze_excite_gradients(gate_gradient, weight1, weight2, mean, hidden, gate,
                                  static_cast<Activation>(activation), static_cast<std::int64_t>(image.pixels),
                                  output_mask, image_gradient);
}

}  // namespace jetvit
