#include <cstddef>

#include <ATen/Parallel.h>
#include <ATen/ops/empty_like.h>

#include "compute/stored_float.h"
#include "ops/activate_values.h"
#include "ops/activation.h"
#include "ops/cpu_kernels.h"
#include "ops/vector_activation.h"

namespace jetvit {
namespace {

template <class F, class T>
JETVIT_ALWAYS_INLINE void differentiate_by_slope(const T* __restrict x, const T* __restrict gy, T* __restrict gx,
                                                 std::size_t count) {
  JETVIT_INDEPENDENT_ITERATIONS
  for (std::size_t index = 0; index < count; ++index) {
    store(to_float(gy[index]) * F::slope(to_float(x[index])), gx[index]);
  }
}

template <class T>
JETVIT_ALWAYS_INLINE void gradients_by(Activation activation, const T* x, const T* gy, T* gx, std::size_t count) {
  if (activation == Activation::kSilu) differentiate_by_slope<vector::Silu>(x, gy, gx, count);
  if (activation == Activation::kGelu) differentiate_by_slope<vector::Gelu>(x, gy, gx, count);
  if (activation == Activation::kGeluTanh) differentiate_by_slope<vector::GeluTanh>(x, gy, gx, count);
}

// Target clones cannot be templates.
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

}  // namespace

at::Tensor fused_activation_cpu(const at::Tensor& x, std::int64_t activation) {
  at::Tensor y = at::empty_like(x);
  with_stored_type(x, [&](auto stored) {
    using T = decltype(stored);
    const T* from = x.const_data_ptr<T>();
    auto* to = y.data_ptr<T>();
    for_each_piece(x.numel(), [&](std::size_t first, std::size_t count) {
      activate_values(static_cast<Activation>(activation), from + first, to + first, count);
    });
  });
  return y;
}

at::Tensor fused_activation_backward_cpu(const at::Tensor& gradient, const at::Tensor& x, std::int64_t activation) {
  at::Tensor gx = at::empty_like(x);
  // With the strides of x: the loop goes over memory, not over positions.
  const at::Tensor gy = gradient.strides() == x.strides() ? gradient : gx.clone().copy_(gradient);
  with_stored_type(x, [&](auto stored) {
    using T = decltype(stored);
    const T* from = x.const_data_ptr<T>();
    const T* slopes = gy.const_data_ptr<T>();
    auto* to = gx.data_ptr<T>();
    for_each_piece(x.numel(), [&](std::size_t first, std::size_t count) {
      gradients(static_cast<Activation>(activation), from + first, slopes + first, to + first, count);
    });
  });
  return gx;
}

}  // namespace jetvit
