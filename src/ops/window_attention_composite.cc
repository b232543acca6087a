#include "ops/window_attention_composite.h"

#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/roll.h>

#include "ops/window_layout.h"

namespace jetvit {
namespace {

// (N, side, side, C) to (N * windows, tokens, C)
at::Tensor split(const at::Tensor& x, const at::Tensor& padding, const WindowGrid& grid) {
  if (grid.spread) {
    return x.reshape({-1, grid.window, grid.count(), grid.window, grid.count(), x.size(3)})
        .permute({0, 2, 4, 1, 3, 5})
        .reshape({-1, grid.tokens(), x.size(3)});
  }
  at::Tensor y = grid.shift > 0 ? at::roll(x, {-grid.shift, -grid.shift}, {1, 2}) : x;
  const std::int64_t channels = x.size(3);
  const std::int64_t padded = grid.count() * grid.window;
  if (const std::int64_t missing = padded - grid.side; missing > 0) {
    const at::Tensor token = padding.to(x.scalar_type());
    y = at::cat({y, token.expand({x.size(0), grid.side, missing, channels})}, 2);
    y = at::cat({y, token.expand({x.size(0), missing, padded, channels})}, 1);
  }
  return y.reshape({-1, grid.count(), grid.window, grid.count(), grid.window, channels})
      .transpose(2, 3)
      .reshape({-1, grid.tokens(), channels});
}

// And back.
at::Tensor join(const at::Tensor& windows, const WindowGrid& grid) {
  const std::int64_t channels = windows.size(2);
  if (grid.spread) {
    return windows.reshape({-1, grid.count(), grid.count(), grid.window, grid.window, channels})
        .permute({0, 3, 1, 4, 2, 5})
        .reshape({-1, grid.side, grid.side, channels});
  }
  const std::int64_t padded = grid.count() * grid.window;
  const at::Tensor y = windows.reshape({-1, grid.count(), grid.count(), grid.window, grid.window, channels})
                           .transpose(2, 3)
                           .reshape({-1, padded, padded, channels})
                           .narrow(1, 0, grid.side)
                           .narrow(2, 0, grid.side);
  return grid.shift > 0 ? at::roll(y, {grid.shift, grid.shift}, {1, 2}) : y.contiguous();
}

}  // namespace

at::Tensor window_attention_composite(const at::Tensor& qkv, const at::Tensor& padding, const at::Tensor& bias,
                                      const AttentionHeads& heads, const WindowGrid& grid) {
  const std::int64_t channels = qkv.size(3) / 3;
  const std::int64_t depth = channels / heads.count;
  const std::int64_t tokens = grid.tokens();
  const at::Tensor windows = split(qkv, padding, grid);
  // Three of (windows, heads, tokens, channels of a head)
  const auto parts = (heads.outermost ? windows.reshape({-1, tokens, heads.count, 3, depth}).permute({3, 0, 2, 1, 4})
                                      : windows.reshape({-1, tokens, 3, heads.count, depth}).permute({2, 0, 3, 1, 4}))
                         .unbind(0);
  const at::Tensor q = parts[0] * (1 / std::sqrt(static_cast<double>(depth)));
  at::Tensor scores = at::matmul(q, parts[1].transpose(2, 3));  // (windows, heads, query, key)
  if (bias.defined()) scores = scores + bias;
  if (grid.shift > 0) {
    const at::Tensor region = window_regions(grid, scores.device());
    const at::Tensor mask = kMasked * (region.unsqueeze(1) != region.unsqueeze(2)).to(scores.scalar_type());
    scores = (scores.view({-1, mask.size(0), heads.count, tokens, tokens}) + mask.unsqueeze(1)).view(scores.sizes());
  }
  const at::Tensor mixed = at::matmul(scores.softmax(-1).to(parts[2].scalar_type()), parts[2]);
  return join(mixed.transpose(1, 2).reshape({-1, tokens, channels}), grid);
}

}  // namespace jetvit
