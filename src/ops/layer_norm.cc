#include "ops/layer_norm.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/layer_norm.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "compute/stored_float.h"
#include "ops/cpu_kernels.h"
#include "ops/dispatch.h"

namespace jetvit {
namespace {

constexpr std::int64_t kMostOnGpu = 1536;  // channels: what fits into the memory that a block shares

const auto& layer_norm_operator() {
  static const auto op = find_operator<decltype(layer_norm_cpu)>("jetvit::layer_norm");
  return op;
}

struct LayerNormFunction : torch::autograd::Function<LayerNormFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, double epsilon) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    auto [y, statistics] = layer_norm_operator().call(x, weight, bias, epsilon);
    context->save_for_backward({x, statistics, weight});
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    static const auto op = find_operator<decltype(layer_norm_backward_cpu)>("jetvit::layer_norm_backward");
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const auto saved = context->get_saved_variables();
    const bool for_parameters = context->needs_input_grad(1) || context->needs_input_grad(2);
    auto [gx, of_weight, of_bias] = op.call(gradients[0], saved[0], saved[1], saved[2], for_parameters);
    return {gx, of_weight, of_bias, {}};
  }
};

}  // namespace

TORCH_LIBRARY_FRAGMENT(jetvit, m) {
  m.def(
      "layer_norm(Tensor x, Tensor weight, Tensor bias, float epsilon) -> "
      "(Tensor, Tensor)");
  m.def(
      "layer_norm_backward(Tensor gradient, Tensor x, Tensor statistics, "
      "Tensor weight, bool for_parameters)"
      " -> (Tensor, Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(jetvit, CPU, m) {
  m.impl("layer_norm", layer_norm_cpu);
  m.impl("layer_norm_backward", layer_norm_backward_cpu);
}

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double epsilon) {
  const bool has_kernel_for_it = is_stored_float(x.scalar_type()) && x.numel() > 0 &&
                                 weight.scalar_type() == at::kFloat && bias.scalar_type() == at::kFloat &&
                                 (x.is_cpu() || weight.numel() <= kMostOnGpu) && has_kernel(layer_norm_operator(), x);
  if (!has_kernel_for_it) return at::layer_norm(x, {weight.numel()}, weight, bias, epsilon);
  return LayerNormFunction::apply(x.contiguous(), weight, bias, epsilon);
}

}  // namespace jetvit
