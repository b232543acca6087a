#include "ops/window_attention.h"

#include <optional>
#include <vector>

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "compute/stored_float.h"
#include "ops/cpu_kernels.h"
#include "ops/dispatch.h"
#include "ops/window_attention_composite.h"

namespace jetvit {
namespace {

constexpr std::int64_t kMostTokens = 256;  // of a window whose scores still fit into the cache
// On a GPU: what fits into the memory that a block shares, also on those that have 99 KB of it.
constexpr std::int64_t kMostTokensOnGpu = 64;
constexpr std::int64_t kMostDepthOnGpu = 32;

const auto& window_attention_operator() {
  static const auto op = find_operator<decltype(window_attention_cpu)>("jetvit::window_attention");
  return op;
}

at::Tensor window_attention_meta(const at::Tensor& qkv, const std::optional<at::Tensor>& /*padding*/,
                                 const std::optional<at::Tensor>& /*bias*/, std::int64_t /*heads*/,
                                 bool /*heads_outermost*/, std::int64_t side, std::int64_t /*window*/,
                                 std::int64_t /*shift*/, bool /*spread*/) {
  return at::empty({qkv.size(0), side, side, qkv.size(3) / 3}, qkv.options());
}

// `padding` and `bias` are empty where there are none: an undefined tensor is no input of an autograd function, which
// would shift the numbers of the inputs after it.
struct WindowAttentionFunction : torch::autograd::Function<WindowAttentionFunction> {
  static std::optional<at::Tensor> unless_empty(const at::Tensor& x) {
    return x.numel() > 0 ? std::optional(x) : std::nullopt;
  }

  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& qkv, const at::Tensor& padding,
                            const at::Tensor& bias, const AttentionHeads& heads, const WindowGrid& grid) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    context->save_for_backward({qkv, padding, bias});
    context->saved_data["numbers"] =
        std::vector<std::int64_t>{heads.count, heads.outermost, grid.side, grid.window, grid.shift, grid.spread};
    return window_attention_operator().call(qkv, unless_empty(padding), unless_empty(bias), heads.count,
                                            heads.outermost, grid.side, grid.window, grid.shift, grid.spread);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    static const auto op = find_operator<decltype(window_attention_backward_cpu)>("jetvit::window_attention_backward");
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const auto saved = context->get_saved_variables();
    const std::optional<at::Tensor> padding = unless_empty(saved[1]), bias = unless_empty(saved[2]);
    const std::vector<std::int64_t> numbers = context->saved_data["numbers"].toIntVector();
    auto [of_qkv, of_padding, of_bias] =
        op.call(gradients[0], saved[0], padding, bias, numbers[0], numbers[1] != 0, numbers[2], numbers[3], numbers[4],
                numbers[5] != 0, padding && context->needs_input_grad(1), bias && context->needs_input_grad(2));
    return {of_qkv, of_padding, of_bias, {}, {}};
  }
};

bool has_window_kernel(const at::Tensor& qkv, const at::Tensor& padding, const at::Tensor& bias,
                       const AttentionHeads& heads, const WindowGrid& grid) {
  if (!has_kernel(window_attention_operator(), qkv)) return false;
  if (qkv.is_meta()) return true;
  const auto fits = [&](const at::Tensor& x) {
    return !x.defined() || (x.device() == qkv.device() && x.scalar_type() == at::kFloat);
  };
  const bool is_small = qkv.is_cpu()
                            ? grid.tokens() <= kMostTokens
                            : grid.tokens() <= kMostTokensOnGpu && qkv.size(3) <= 3 * heads.count * kMostDepthOnGpu;
  return is_stored_float(qkv.scalar_type()) && fits(padding) && fits(bias) && qkv.numel() > 0 && is_small;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(jetvit, m) {
  // model/layer_watch.cc counts its multiplications by these arguments.
  m.def(
      "window_attention(Tensor qkv, Tensor? padding, Tensor? bias, int "
      "heads, bool heads_outermost, int side,"
      " int window, int shift, bool spread) -> Tensor");
  m.def(
      "window_attention_backward(Tensor gradient, Tensor qkv, Tensor? "
      "padding, Tensor? bias, int heads,"
      " bool heads_outermost, int side, int window, int shift, bool spread, "
      "bool for_padding, bool for_bias)"
      " -> (Tensor, Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(jetvit, CPU, m) {
  m.impl("window_attention", window_attention_cpu);
  m.impl("window_attention_backward", window_attention_backward_cpu);
}

TORCH_LIBRARY_IMPL(jetvit, Meta, m) {
  m.impl("window_attention", window_attention_meta);
}

at::Tensor window_attention(const at::Tensor& qkv, const at::Tensor& padding, const at::Tensor& bias,
                            const AttentionHeads& heads, const WindowGrid& grid) {
  if (!has_window_kernel(qkv, padding, bias, heads, grid)) {
    return window_attention_composite(qkv, padding, bias, heads, grid);
  }
  const auto or_empty = [&](const at::Tensor& x) {
    return x.defined() ? x.contiguous() : at::empty({0}, qkv.options().dtype(at::kFloat));
  };
  return WindowAttentionFunction::apply(qkv.contiguous(), or_empty(padding), or_empty(bias), heads, grid);
}

}  // namespace jetvit
