#include "ops/depthwise_conv.h"

#include <optional>
#include <vector>

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "ops/cpu_kernels.h"
#include "ops/dispatch.h"
#include "ops/lanes.h"
#include "ops/row_blocks.h"

namespace jetvit {
namespace {

const auto& depthwise_conv_operator() {
  static const auto op = find_operator<decltype(depthwise_conv_cpu)>("jetvit::depthwise_conv");
  return op;
}

struct DepthwiseConvFunction : torch::autograd::Function<DepthwiseConvFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias, const ConvWindows& grid) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    context->save_for_backward({x, weight});
    context->saved_data["grid"] = std::vector<std::int64_t>{grid.stride, grid.top, grid.left};
    context->saved_data["has_bias"] = bias.has_value();
    return depthwise_conv_operator().call(x, weight, bias, grid.stride, grid.top, grid.left, grid.height, grid.width);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    static const auto op = find_operator<decltype(depthwise_conv_backward_cpu)>("jetvit::depthwise_conv_backward");
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const auto saved = context->get_saved_variables();
    const std::vector<std::int64_t> grid = context->saved_data["grid"].toIntVector();
    const bool for_bias = context->saved_data["has_bias"].toBool() && context->needs_input_grad(2);
    auto [gx, of_weight, of_bias] = op.call(gradients[0], saved[0], saved[1], grid[0], grid[1], grid[2],
                                            {context->needs_input_grad(0), context->needs_input_grad(1), for_bias});
    return {gx, of_weight, of_bias, {}};
  }
};

at::Tensor depthwise_conv_composite(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                    const ConvWindows& grid) {
  const auto after = [&](std::int64_t windows, std::int64_t kernel, std::int64_t size, std::int64_t before) {
    return (windows - 1) * grid.stride + kernel - size - before;
  };
  const std::int64_t below = after(grid.height, weight.size(2), x.size(2), grid.top);
  const std::int64_t right = after(grid.width, weight.size(3), x.size(3), grid.left);
  const at::Tensor padded = at::constant_pad_nd(x, {grid.left, right, grid.top, below});
  return at::conv2d(padded, weight, bias, grid.stride, at::IntArrayRef({0, 0}), 1, x.size(1));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(jetvit, m) {
  m.def(
      "depthwise_conv(Tensor x, Tensor weight, Tensor? bias, int stride, int "
      "top, int left, int height, int width)"
      " -> Tensor");
  m.def(
      "depthwise_conv_backward(Tensor gradient, Tensor x, Tensor weight, int "
      "stride, int top, int left,"
      " bool[3] output_mask) -> (Tensor, Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(jetvit, CPU, m) {
  m.impl("depthwise_conv", depthwise_conv_cpu);
  m.impl("depthwise_conv_backward", depthwise_conv_backward_cpu);
}

bool can_use_depthwise_conv(const at::Tensor& x, const at::Tensor& weight, const ConvWindows& grid) {
  constexpr std::int64_t kVector = kLanes;
  const std::int64_t kernel = weight.size(2);
  return is_channels_last_image(x) && x.size(1) >= kVector && weight.size(0) == x.size(1) && weight.size(1) == 1 &&
         weight.scalar_type() == at::kFloat && kernel == weight.size(3) && (kernel == 3 || kernel == 5) &&
         (grid.stride == 1 || grid.stride == 2) && grid.top < kernel && grid.left < kernel && grid.height > 0 &&
         grid.width > 0 && has_kernel(depthwise_conv_operator(), x);
}

at::Tensor depthwise_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                          const ConvWindows& grid) {
  if (!can_use_depthwise_conv(x, weight, grid)) return depthwise_conv_composite(x, weight, bias, grid);
  return DepthwiseConvFunction::apply(x, weight, bias.defined() ? std::optional(bias) : std::nullopt, grid);
}

}  // namespace jetvit
