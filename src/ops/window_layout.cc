#include "ops/window_layout.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>

#include "ops/lanes.h"

namespace jetvit {

at::Tensor window_regions(const WindowGrid& grid, at::Device device) {
  const std::int64_t padded = grid.count() * grid.window;
  const at::Tensor row = at::arange(padded, at::TensorOptions(device).dtype(at::kLong));
  // All windows but the last, and the two parts of the last.
  const at::Tensor band = (row >= padded - grid.window).to(at::kLong) + (row >= padded - grid.shift);
  return (3 * band.unsqueeze(1) + band)
      .view({grid.count(), grid.window, grid.count(), grid.window})
      .transpose(1, 2)
      .reshape({grid.count() * grid.count(), grid.tokens()});
}

WindowLayout::WindowLayout(const at::Tensor& qkv, const AttentionHeads& attention_heads, const WindowGrid& grid)
    : images(static_cast<std::size_t>(qkv.size(0))),
      heads(static_cast<std::size_t>(attention_heads.count)),
      channels(static_cast<std::size_t>(qkv.size(3) / 3)),
      pixels(static_cast<std::size_t>(grid.side * grid.side)),
      windows(static_cast<std::size_t>(grid.count() * grid.count())),
      tokens(static_cast<std::size_t>(grid.tokens())),
      depth(channels / heads),
      token_step(whole_lanes(tokens)),
      depth_step(whole_lanes(depth)),
      head_step(attention_heads.outermost ? 3 * depth : depth),
      kind_step(attention_heads.outermost ? depth : channels) {
  const auto moved = [&](std::int64_t index) { return (index + grid.shift) % grid.side; };
  for (std::int64_t window = 0; window < grid.count() * grid.count(); ++window) {
    for (std::int64_t token = 0; token < grid.tokens(); ++token) {
      const std::int64_t row = grid.place(window / grid.count(), token / grid.window);
      const std::int64_t column = grid.place(window % grid.count(), token % grid.window);
      const bool inside = row < grid.side && column < grid.side;
      positions.push_back(inside ? moved(row) * grid.side + moved(column) : kPadding);
    }
  }
  if (grid.shift > 0) {
    const at::Tensor numbers = window_regions(grid, at::kCPU);
    region.assign(numbers.const_data_ptr<std::int64_t>(), numbers.const_data_ptr<std::int64_t>() + numbers.numel());
  }
}

WindowScratch::WindowScratch(const WindowLayout& layout)
    : q(layout.tokens * layout.depth_step),
      k(q.size()),
      v(q.size()),
      transposed(layout.depth_step * layout.token_step),
      weights(layout.tokens * layout.token_step),
      y(q.size()),
      score_gradient(weights.size()),
      out(q.size()),
      of_row(layout.tokens) {}

}  // namespace jetvit
