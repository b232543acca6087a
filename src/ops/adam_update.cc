#include "ops/adam_update.h"

#include <cmath>

#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/library.h>

#include "ops/cpu_kernels.h"
#include "ops/dispatch.h"

namespace jetvit {
namespace {

const auto& adam_update_operator() {
  static const auto op = find_operator<decltype(adam_update_cpu)>("jetvit::adam_update");
  return op;
}

void adam_update_composite(const AdamStep& step, const at::Tensor& weight, const at::Tensor& gradient,
                           const at::Tensor& first, const at::Tensor& second, const at::Tensor& rounded) {
  const double count = static_cast<double>(step.step);
  const double size = step.lr / (1 - std::pow(step.beta1, count));
  const double root = std::sqrt(1 - std::pow(step.beta2, count));
  const at::Tensor slope = gradient.to(weight.scalar_type()).mul(step.gradient_scale).add(weight, step.decay);
  first.lerp_(slope, 1 - step.beta1);
  second.mul_(step.beta2).addcmul_(slope, slope, 1 - step.beta2);
  weight.mul_(step.shrinkage).addcdiv_(first, second.sqrt().div_(root).add_(step.eps), -size);
  rounded.copy_(weight);
}

bool has_adam_kernel(const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& first,
                     const at::Tensor& second, const at::Tensor& rounded) {
  const at::MemoryFormat format = weight.suggest_memory_format();
  const auto fits = [&](const at::Tensor& x, at::ScalarType type) {
    return x.scalar_type() == type && x.sizes() == weight.sizes() && x.is_contiguous(format);
  };
  return fits(weight, at::kFloat) && fits(gradient, at::kBFloat16) && fits(first, at::kFloat) &&
         fits(second, at::kFloat) && fits(rounded, at::kBFloat16) && has_kernel(adam_update_operator(), weight);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(jetvit, m) {
  m.def(
      "adam_update(Tensor(a!) weight, Tensor gradient, Tensor(b!) first, "
      "Tensor(c!) second, Tensor(d!) rounded,"
      " int step, float lr, float beta1, float beta2, float eps, float "
      "gradient_scale, float decay, float shrinkage)"
      " -> ()");
}

TORCH_LIBRARY_IMPL(jetvit, CPU, m) {
  m.impl("adam_update", adam_update_cpu);
}

void adam_update(const AdamStep& step, const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& first,
                 const at::Tensor& second, const at::Tensor& rounded) {
  const at::AutoDispatchBelowADInplaceOrView below_autograd;
  if (!has_adam_kernel(weight, gradient, first, second, rounded)) {
    adam_update_composite(step, weight, gradient, first, second, rounded);
    return;
  }
  adam_update_operator().call(weight, gradient, first, second, rounded, step.step, step.lr, step.beta1, step.beta2,
                              step.eps, step.gradient_scale, step.decay, step.shrinkage);
}

}  // namespace jetvit
