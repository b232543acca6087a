#include "ops/squeeze_excite.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/sigmoid.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "ops/cpu_kernels.h"
#include "ops/dispatch.h"
#include "ops/row_blocks.h"

namespace jetvit {
namespace {

const auto& squeeze_excite_operator() {
  static const auto op = find_operator<decltype(squeeze_excite_cpu)>("jetvit::squeeze_excite");
  return op;
}

struct SqueezeExciteFunction : torch::autograd::Function<SqueezeExciteFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight1,
                            const at::Tensor& bias1, const at::Tensor& weight2, const at::Tensor& bias2,
                            std::int64_t activation) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    auto [y, mean, hidden, gate] = squeeze_excite_operator().call(x, weight1, bias1, weight2, bias2, activation);
    context->save_for_backward({x, weight1, weight2, mean, hidden, gate});
    context->saved_data["activation"] = activation;
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    static const auto op = find_operator<decltype(squeeze_excite_backward_cpu)>("jetvit::squeeze_excite_backward");
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const auto saved = context->get_saved_variables();
    std::array<bool, 5> mask = {};
    for (std::size_t input = 0; input < mask.size(); ++input) mask[input] = context->needs_input_grad(input);
    auto [gx, of_weight1, of_bias1, of_weight2, of_bias2] =
        op.call(gradients[0], saved[0], saved[1], saved[2], saved[3], saved[4], saved[5],
                context->saved_data["activation"].toInt(), mask);
    return {gx, of_weight1, of_bias1, of_weight2, of_bias2, {}};
  }
};

at::Tensor squeeze_excite_composite(const at::Tensor& x, const at::Tensor& weight1, const at::Tensor& bias1,
                                    const at::Tensor& weight2, const at::Tensor& bias2, Activation activation) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const at::Tensor mean = x.mean({2, 3}, /*keepdim=*/false, weight1.scalar_type());
  const at::Tensor hidden = activate(at::linear(mean, weight1, bias1), activation);
  const at::Tensor gate = at::sigmoid(at::linear(hidden, weight2, bias2));
  return x * gate.to(x.scalar_type()).unsqueeze(2).unsqueeze(3);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(jetvit, m) {
  m.def(
      "squeeze_excite(Tensor x, Tensor weight1, Tensor bias1, Tensor "
      "weight2, Tensor bias2, int activation)"
      " -> (Tensor, Tensor, Tensor, Tensor)");
  m.def(
      "squeeze_excite_backward(Tensor gradient, Tensor x, Tensor weight1, "
      "Tensor weight2, Tensor mean, Tensor hidden,"
      " Tensor gate, int activation, bool[5] output_mask) -> (Tensor, "
      "Tensor, Tensor, Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(jetvit, CPU, m) {
  m.impl("squeeze_excite", squeeze_excite_cpu);
  m.impl("squeeze_excite_backward", squeeze_excite_backward_cpu);
}

bool can_use_squeeze_excite(const at::Tensor& x, at::ScalarType weights) {
  return is_channels_last_image(x) && weights == at::kFloat && has_kernel(squeeze_excite_operator(), x);
}

at::Tensor squeeze_excite(const at::Tensor& x, const at::Tensor& weight1, const at::Tensor& bias1,
                          const at::Tensor& weight2, const at::Tensor& bias2, Activation activation) {
  const bool has_kernel_for_it = (activation == Activation::kRelu || activation == Activation::kSilu) &&
                                 can_use_squeeze_excite(x, weight1.scalar_type());
  if (!has_kernel_for_it) return squeeze_excite_composite(x, weight1, bias1, weight2, bias2, activation);
  return SqueezeExciteFunction::apply(x, weight1, bias1, weight2, bias2, static_cast<std::int64_t>(activation));
}

}  // namespace jetvit
