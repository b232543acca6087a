#include "ops/squeeze_excite.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu_backward.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>

#include "ops/stored_float.h"
#include "ops/vector_math.h"

namespace jetvit {
namespace {

// Each row loop once as a template and cloned for the two stored types: clones cannot be templates.
template <class T>
JETVIT_ALWAYS_INLINE void add_rows_of(const T* x, float* sum, std::size_t count, std::size_t channels) {
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict from = x + row * channels;
    float* __restrict to = sum;
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) to[c] += widened(from[c]);
  }
}

template <class T>
JETVIT_ALWAYS_INLINE void add_products_of(const T* a, const T* b, float* sum, std::size_t count, std::size_t channels) {
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict left = a + row * channels;
    const T* __restrict right = b + row * channels;
    float* __restrict to = sum;
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) to[c] += widened(left[c]) * widened(right[c]);
  }
}

template <class T>
JETVIT_ALWAYS_INLINE void scale_rows_of(const T* x, T* y, const float* factor, std::size_t count,
                                        std::size_t channels) {
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict from = x + row * channels;
    T* __restrict to = y + row * channels;
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) store(widened(from[c]) * factor[c], to[c]);
  }
}

template <class T>
JETVIT_ALWAYS_INLINE void scale_and_shift_rows_of(const T* x, T* y, const float* factor, const float* shift,
                                                  std::size_t count, std::size_t channels) {
  for (std::size_t row = 0; row < count; ++row) {
    const T* __restrict from = x + row * channels;
    T* __restrict to = y + row * channels;
    JETVIT_INDEPENDENT_TURNS
    for (std::size_t c = 0; c < channels; ++c) store(widened(from[c]) * factor[c] + shift[c], to[c]);
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

// Calls body(n, position of its first value, position of its first channel) on the threads of ATen.
template <class Body>
void for_each_image(const at::Tensor& x, Body body) {
  const Image image(x);
  at::parallel_for(0, x.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto n = static_cast<std::size_t>(begin); n < static_cast<std::size_t>(end); ++n) {
      body(n * image.values, n * image.channels);
    }
  });
}

struct SqueezeExciteFunction : torch::autograd::Function<SqueezeExciteFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight1,
                            const at::Tensor& bias1, const at::Tensor& weight2, const at::Tensor& bias2,
                            Activation activation) {
    const Image image(x);
    // The products of the means are few: in float32 under autocast too.
    const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::DispatchKey::AutocastCPU);
    at::Tensor mean = at::zeros({x.size(0), x.size(1)}, x.options().dtype(at::kFloat));
    auto* means = mean.data_ptr<float>();
    with_stored_type(x, [&](auto stored) {
      const auto* from = x.const_data_ptr<decltype(stored)>();
      for_each_image(x, [&](std::size_t values, std::size_t channels) {
        add_rows(from + values, means + channels, image.pixels, image.channels);
      });
    });
    mean.div_(static_cast<double>(image.pixels));
    const at::Tensor hidden = at::addmm(bias1, mean, weight1.t());
    const at::Tensor gate = at::sigmoid(at::addmm(bias2, activate(hidden, activation), weight2.t())).contiguous();
    at::Tensor y = at::empty_like(x);
    const float* gates = gate.const_data_ptr<float>();
    with_stored_type(x, [&](auto stored) {
      const auto* from = x.const_data_ptr<decltype(stored)>();
      auto* to = y.data_ptr<decltype(stored)>();
      for_each_image(x, [&](std::size_t values, std::size_t channels) {
        scale_rows(from + values, to + values, gates + channels, image.pixels, image.channels);
      });
    });
    context->save_for_backward({x, weight1, weight2, mean, hidden, gate});
    context->saved_data["activation"] = static_cast<std::int64_t>(activation);
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight1 = saved[1], &weight2 = saved[2], &mean = saved[3], &hidden = saved[4],
                     &gate = saved[5];
    const Image image(x);
    const at::Tensor gy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor gate_gradient = at::zeros_like(gate);
    auto* gate_gradients = gate_gradient.data_ptr<float>();
    with_stored_type(x, [&](auto stored) {
      const auto* from = x.const_data_ptr<decltype(stored)>();
      const auto* gradient = gy.const_data_ptr<decltype(stored)>();
      for_each_image(x, [&](std::size_t values, std::size_t channels) {
        add_products(from + values, gradient + values, gate_gradients + channels, image.pixels, image.channels);
      });
    });
    const at::Tensor outer = gate_gradient * gate * (1 - gate);
    const auto activation = static_cast<Activation>(context->saved_data["activation"].toInt());
    const at::Tensor active = at::mm(outer, weight2);
    const at::Tensor inner =
        activation == Activation::kSilu ? at::silu_backward(active, hidden) : active * (hidden > 0);
    const auto image_gradient = [&] {
      const at::Tensor shift = (at::mm(inner, weight1) / static_cast<double>(image.pixels)).contiguous();
      at::Tensor gx = at::empty_like(x);
      const float* gates = gate.const_data_ptr<float>();
      const float* shifts = shift.const_data_ptr<float>();
      with_stored_type(x, [&](auto stored) {
        const auto* gradient = gy.const_data_ptr<decltype(stored)>();
        auto* to = gx.data_ptr<decltype(stored)>();
        for_each_image(x, [&](std::size_t values, std::size_t channels) {
          scale_and_shift_rows(gradient + values, to + values, gates + channels, shifts + channels, image.pixels,
                               image.channels);
        });
      });
      return gx;
    };
    const auto wanted = [&](std::size_t input, const auto& gradient) {
      return context->needs_input_grad(input) ? gradient() : at::Tensor();
    };
    return {wanted(0, image_gradient),
            wanted(1, [&] { return at::mm(inner.t(), mean); }),
            wanted(2, [&] { return inner.sum(0); }),
            wanted(3, [&] { return at::mm(outer.t(), activate(hidden, activation)); }),
            wanted(4, [&] { return outer.sum(0); }),
            {}};
  }
};

}  // namespace

at::Tensor squeeze_excite(const at::Tensor& x, const at::Tensor& weight1, const at::Tensor& bias1,
                          const at::Tensor& weight2, const at::Tensor& bias2, Activation activation) {
  return SqueezeExciteFunction::apply(x, weight1, bias1, weight2, bias2, activation);
}

}  // namespace jetvit
