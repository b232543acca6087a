#include "ops/conv3x3.h"

#include <optional>

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/conv2d.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "ops/cpu_kernels.h"
#include "ops/dispatch.h"
#include "ops/lanes.h"
#include "ops/row_blocks.h"

namespace jetvit {
namespace {

const auto& conv3x3_operator() {
  static const auto op = find_operator<decltype(conv3x3_cpu)>("jetvit::conv3x3");
  return op;
}

struct Conv3x3Function : torch::autograd::Function<Conv3x3Function> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    context->save_for_backward({x, weight});
    context->saved_data["has_bias"] = bias.has_value();
    return conv3x3_operator().call(x, weight, bias);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    static const auto op = find_operator<decltype(conv3x3_backward_cpu)>("jetvit::conv3x3_backward");
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const auto saved = context->get_saved_variables();
    const bool for_bias = context->saved_data["has_bias"].toBool() && context->needs_input_grad(2);
    auto [gx, of_weight, of_bias] = op.call(gradients[0], saved[0], saved[1],
                                            {context->needs_input_grad(0), context->needs_input_grad(1), for_bias});
    return {gx, of_weight, of_bias};
  }
};

bool has_conv3x3_kernel(const at::Tensor& x, const at::Tensor& weight) {
  constexpr std::int64_t kVector = kLanes, kLargest = 32;
  const auto is_small = [](std::int64_t channels) { return channels % kVector == 0 && channels <= kLargest; };
  return is_channels_last_image(x) && x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
         weight.dim() == 4 && weight.size(1) == x.size(1) && weight.size(2) == 3 && weight.size(3) == 3 &&
         is_small(weight.size(0)) && is_small(weight.size(1)) && has_kernel(conv3x3_operator(), x);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(jetvit, m) {
  m.def("conv3x3(Tensor x, Tensor weight, Tensor? bias) -> Tensor");
  m.def(
      "conv3x3_backward(Tensor gradient, Tensor x, Tensor weight, bool[3] "
      "output_mask) -> (Tensor, Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(jetvit, CPU, m) {
  m.impl("conv3x3", conv3x3_cpu);
  m.impl("conv3x3_backward", conv3x3_backward_cpu);
}

at::Tensor conv3x3(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  if (!has_conv3x3_kernel(x, weight)) return at::conv2d(x, weight, bias, 1, 1);
  return Conv3x3Function::apply(x, weight, bias.defined() ? std::optional(bias) : std::nullopt);
}

}  // namespace jetvit
