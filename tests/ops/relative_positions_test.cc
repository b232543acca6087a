#include "ops/relative_positions.h"

#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace jetvit {
namespace {

// Against index_select of ATen, whose gradient the CPU adds one after the other.
TEST(RelativePositions, HaveTheValuesAndGradientOfIndexSelect) {
  for (const Offset offset : {Offset::kQueryFromKey, Offset::kKeyFromQuery}) {
    for (const std::int64_t side : {1, 2, 3, 7}) {
      const std::int64_t span = 2 * side - 1;
      const std::int64_t heads = 3;
      std::vector<std::int64_t> places;
      for (std::int64_t query = 0; query < side * side; ++query) {
        for (std::int64_t key = 0; key < side * side; ++key) {
          const std::int64_t sign = offset == Offset::kQueryFromKey ? 1 : -1;
          places.push_back((sign * (query / side - key / side) + side - 1) * span + sign * (query % side - key % side) +
                           side - 1);
        }
      }
      const at::Tensor index = at::tensor(places);
      const auto doubles = at::TensorOptions(at::kDouble);
      const at::Tensor values = at::rand({heads, span * span}, doubles);
      const at::Tensor weights = at::rand({heads, side * side, side * side}, doubles);
      const at::Tensor table = values.clone().requires_grad_();
      const at::Tensor other = values.clone().requires_grad_();
      const at::Tensor y = relative_positions(table, index, side, offset);
      const at::Tensor expected = other.index_select(1, index).view({heads, side * side, side * side});
      EXPECT_TRUE(at::equal(y, expected)) << side;
      (y * weights).sum().backward();
      (expected * weights).sum().backward();
      // Up to 49 numbers below 1 are added in another order.
      EXPECT_LT((table.grad() - other.grad()).abs().max().item<double>(), 1e-13) << side;
    }
  }
}

}  // namespace
}  // namespace jetvit
