#include "ops/relative_positions.h"

#include <vector>

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/constant_pad_nd.h>
#include <torch/csrc/autograd/custom_function.h>

namespace jetvit {
namespace {

// y(..., q - k + side - 1) = sum of x(..., q, k). Each row is moved on by one place more than the row before it, so
// that equal distances lie in one column: padded to 2 side values, the rows are read as rows of 2 side - 1 values.
at::Tensor sums_by_distance(const at::Tensor& x) {
  const std::int64_t side = x.size(-1);
  const std::int64_t distances = 2 * side - 1;
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = distances;
  return at::constant_pad_nd(x.flip({-1}), {0, side})
      .flatten(-2)
      .narrow(-1, 0, side * distances)
      .reshape(shape)
      .sum(-2);
}

struct RelativePositions : torch::autograd::Function<RelativePositions> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& table, const at::Tensor& index,
                            std::int64_t side, bool key_from_query) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    context->saved_data["side"] = side;
    context->saved_data["key_from_query"] = key_from_query;
    return table.index_select(1, index).view({table.size(0), side * side, side * side});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    const std::int64_t side = context->saved_data["side"].toInt();
    at::Tensor gradient = gradients[0];
    if (context->saved_data["key_from_query"].toBool()) gradient = gradient.transpose(1, 2);
    const std::int64_t heads = gradient.size(0);
    // (heads, column of one token, of the other, row of one, of the other)
    const at::Tensor pairs = gradient.reshape({heads, side, side, side, side}).permute({0, 2, 4, 1, 3});
    const at::Tensor by_row = sums_by_distance(pairs).permute({0, 3, 1, 2});
    return {sums_by_distance(by_row).flatten(1), {}, {}, {}};
  }
};

}  // namespace

at::Tensor relative_positions(const at::Tensor& table, const at::Tensor& index, std::int64_t side, Offset offset) {
  return RelativePositions::apply(table, index, side, offset == Offset::kKeyFromQuery);
}

}  // namespace jetvit
