#include "ops/fused_activation.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "compute/stored_float.h"
#include "ops/cpu_kernels.h"
#include "ops/dispatch.h"

namespace jetvit {
namespace {

const auto& fused_activation_operator() {
  static const auto op = find_operator<decltype(fused_activation_cpu)>("jetvit::fused_activation");
  return op;
}

struct FusedActivationFunction : torch::autograd::Function<FusedActivationFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, std::int64_t activation) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    context->save_for_backward({x});
    context->saved_data["activation"] = activation;
    return fused_activation_operator().call(x, activation);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    static const auto op = find_operator<decltype(fused_activation_backward_cpu)>("jetvit::fused_activation_backward");
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const auto saved = context->get_saved_variables();
    return {op.call(gradients[0], saved[0], context->saved_data["activation"].toInt()), {}};
  }
};

}  // namespace

TORCH_LIBRARY_FRAGMENT(jetvit, m) {
  m.def("fused_activation(Tensor x, int activation) -> Tensor");
  m.def(
      "fused_activation_backward(Tensor gradient, Tensor x, int activation) "
      "-> Tensor");
}

TORCH_LIBRARY_IMPL(jetvit, CPU, m) {
  m.impl("fused_activation", fused_activation_cpu);
  m.impl("fused_activation_backward", fused_activation_backward_cpu);
}

at::Tensor fused_activation(const at::Tensor& x, Activation activation) {
  const bool has_kernel_for_it = activation != Activation::kRelu && is_stored_float(x.scalar_type()) &&
                                 x.is_non_overlapping_and_dense() && has_kernel(fused_activation_operator(), x);
  if (!has_kernel_for_it) return activate(x, activation);
  return FusedActivationFunction::apply(x, static_cast<std::int64_t>(activation));
}

}  // namespace jetvit
