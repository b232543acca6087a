#include "ops/batch_norm_activation.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/batch_norm.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "ops/cpu_kernels.h"
#include "ops/dispatch.h"
#include "ops/row_blocks.h"

namespace jetvit {
namespace {

const auto& batch_norm_activation_operator() {
  static const auto op = find_operator<decltype(batch_norm_activation_cpu)>("jetvit::batch_norm_activation");
  return op;
}

struct BatchNormActivationFunction : torch::autograd::Function<BatchNormActivationFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, const at::Tensor& running_mean, const at::Tensor& running_variance,
                            double momentum, double epsilon, std::int64_t activation) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    auto [y, statistics] = batch_norm_activation_operator().call(x, weight, bias, running_mean, running_variance,
                                                                 momentum, epsilon, activation);
    context->save_for_backward({x, statistics, weight, bias});
    context->saved_data["activation"] = activation;
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    static const auto op =
        find_operator<decltype(batch_norm_activation_backward_cpu)>("jetvit::batch_norm_activation_backward");
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const auto saved = context->get_saved_variables();
    auto [gx, of_weight, of_bias] = op.call(gradients[0], saved[0], saved[1], saved[2], saved[3],
                                            context->saved_data["activation"].toInt(), context->needs_input_grad(0));
    return {gx, of_weight, of_bias, {}, {}, {}, {}, {}};
  }
};

}  // namespace

TORCH_LIBRARY_FRAGMENT(jetvit, m) {
  m.def(
      "batch_norm_activation(Tensor x, Tensor weight, Tensor bias, "
      "Tensor(a!) running_mean,"
      " Tensor(b!) running_variance, float momentum, float epsilon, int "
      "activation) -> (Tensor, Tensor)");
  m.def(
      "batch_norm_activation_backward(Tensor gradient, Tensor x, Tensor "
      "statistics, Tensor weight, Tensor bias,"
      " int activation, bool for_x) -> (Tensor, Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(jetvit, CPU, m) {
  m.impl("batch_norm_activation", batch_norm_activation_cpu);
  m.impl("batch_norm_activation_backward", batch_norm_activation_backward_cpu);
}

at::Tensor batch_norm_activation(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                 const at::Tensor& running_mean, const at::Tensor& running_variance, double momentum,
                                 double epsilon, Activation activation) {
  const bool has_kernel_for_it = activation != Activation::kRelu && is_channels_last_image(x) &&
                                 weight.scalar_type() == at::kFloat && has_kernel(batch_norm_activation_operator(), x);
  if (!has_kernel_for_it) {
    return activate(at::batch_norm(x, weight, bias, running_mean, running_variance, true, momentum, epsilon, false),
                    activation);
  }
  return BatchNormActivationFunction::apply(x, weight, bias, running_mean, running_variance, momentum, epsilon,
                                            static_cast<std::int64_t>(activation));
}

}  // namespace jetvit
