#include "ops/fused_activation.h"

#include <cstddef>

#include <ATen/Parallel.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include "ops/stored_float.h"
#include "ops/vector_activation.h"

namespace jetvit {
namespace {

template <class F, class T>
JETVIT_ALWAYS_INLINE void values_of(const T* __restrict x, T* __restrict y, std::size_t count) {
  JETVIT_INDEPENDENT_TURNS
  for (std::size_t index = 0; index < count; ++index) store(F::value(widened(x[index])), y[index]);
}

template <class F, class T>
JETVIT_ALWAYS_INLINE void gradients_of(const T* __restrict x, const T* __restrict gy, T* __restrict gx,
                                       std::size_t count) {
  JETVIT_INDEPENDENT_TURNS
  for (std::size_t index = 0; index < count; ++index) {
    store(widened(gy[index]) * F::slope(widened(x[index])), gx[index]);
  }
}

template <class T>
JETVIT_ALWAYS_INLINE void values_by(Activation activation, const T* x, T* y, std::size_t count) {
  if (activation == Activation::kSilu) values_of<vector::Silu>(x, y, count);
  if (activation == Activation::kGelu) values_of<vector::Gelu>(x, y, count);
  if (activation == Activation::kGeluTanh) values_of<vector::GeluTanh>(x, y, count);
}

template <class T>
JETVIT_ALWAYS_INLINE void gradients_by(Activation activation, const T* x, const T* gy, T* gx, std::size_t count) {
  if (activation == Activation::kSilu) gradients_of<vector::Silu>(x, gy, gx, count);
  if (activation == Activation::kGelu) gradients_of<vector::Gelu>(x, gy, gx, count);
  if (activation == Activation::kGeluTanh) gradients_of<vector::GeluTanh>(x, gy, gx, count);
}

// Clones cannot be templates.
JETVIT_VECTOR_CLONES void values(Activation activation, const float* x, float* y, std::size_t count) {
  values_by(activation, x, y, count);
}

JETVIT_VECTOR_CLONES void values(Activation activation, const at::BFloat16* x, at::BFloat16* y, std::size_t count) {
  values_by(activation, x, y, count);
}

JETVIT_VECTOR_CLONES void gradients(Activation activation, const float* x, const float* gy, float* gx,
                                    std::size_t count) {
  gradients_by(activation, x, gy, gx, count);
}

JETVIT_VECTOR_CLONES void gradients(Activation activation, const at::BFloat16* x, const at::BFloat16* gy,
                                    at::BFloat16* gx, std::size_t count) {
  gradients_by(activation, x, gy, gx, count);
}

// Calls body(first, count) for pieces of `size` values on the threads of ATen.
template <class Body>
void for_each_piece(std::int64_t size, Body body) {
  constexpr std::int64_t kGrain = 1 << 14;
  at::parallel_for(0, size, kGrain, [&](std::int64_t begin, std::int64_t end) {
    body(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  });
}

struct FusedActivation : torch::autograd::Function<FusedActivation> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, Activation activation) {
    at::Tensor y = at::empty_like(x);
    with_stored_type(x, [&](auto stored) {
      using T = decltype(stored);
      const T* from = x.const_data_ptr<T>();
      auto* to = y.data_ptr<T>();
      for_each_piece(x.numel(), [&](std::size_t first, std::size_t count) {
        values(activation, from + first, to + first, count);
      });
    });
    context->save_for_backward({x});
    context->saved_data["activation"] = static_cast<std::int64_t>(activation);
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients_in) {
    const at::Tensor x = context->get_saved_variables()[0];
    const auto activation = static_cast<Activation>(context->saved_data["activation"].toInt());
    at::Tensor gx = at::empty_like(x);
    // In the order of x: the same strides.
    const at::Tensor gy =
        gradients_in[0].strides() == x.strides() ? gradients_in[0] : gx.clone().copy_(gradients_in[0]);
    with_stored_type(x, [&](auto stored) {
      using T = decltype(stored);
      const T* from = x.const_data_ptr<T>();
      const T* gradient = gy.const_data_ptr<T>();
      auto* to = gx.data_ptr<T>();
      for_each_piece(x.numel(), [&](std::size_t first, std::size_t count) {
        gradients(activation, from + first, gradient + first, to + first, count);
      });
    });
    return {gx, {}};
  }
};

}  // namespace

at::Tensor fused_activation(const at::Tensor& x, Activation activation) {
  const bool takes = x.device().is_cpu() && is_stored_float(x.scalar_type()) && x.is_non_overlapping_and_dense();
  if (!takes || activation == Activation::kRelu) return activate(x, activation);
  return FusedActivation::apply(x, activation);
}

}  // namespace jetvit
