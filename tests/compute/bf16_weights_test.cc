#include "compute/bf16_weights.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "compute/bf16_matmul.h"
#include "support/bf16_options.h"
#include "support/leaf.h"

namespace jetvit {
namespace {

using test::kBf16;

class Bf16WeightsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_bf16_instructions()) GTEST_SKIP() << "no bfloat16 instructions: nothing is kept";
  }
};

TEST_F(Bf16WeightsTest, ReplaceTheWeightsWhileInUse) {
  const at::Tensor weight = test::leaf(at::randn({4, 3}));
  Bf16Weights weights(kBf16);
  Bf16Weights none({});
  EXPECT_TRUE(cached_bf16(weight).is_same(weight));
  {
    const Bf16Weights::Use use(weights);
    const at::Tensor copy = cached_bf16(weight);
    EXPECT_TRUE(at::equal(copy, weight.to(at::kBFloat16)));
    EXPECT_TRUE(cached_bf16(weight).is_same(copy));
    EXPECT_TRUE(weights.copy_of(weight).is_same(copy));
    EXPECT_FALSE(cached_bf16(at::Tensor()).defined());
    const Bf16Weights::Use another(none);
    EXPECT_TRUE(cached_bf16(weight).is_same(weight));
  }
  EXPECT_TRUE(cached_bf16(weight).is_same(weight));
}

TEST_F(Bf16WeightsTest, FollowTheWeights) {
  const at::Tensor weight = test::leaf(at::randn({4, 3}));
  Bf16Weights weights(kBf16);
  const Bf16Weights::Use use(weights);
  const at::Tensor copy = cached_bf16(weight);
  {
    const at::NoGradGuard no_gradients;
    weight.add_(1);
  }
  EXPECT_TRUE(cached_bf16(weight).is_same(copy));
  EXPECT_TRUE(at::equal(copy, weight.to(at::kBFloat16)));
}

TEST_F(Bf16WeightsTest, MoveTheirGradientsToTheWeights) {
  const at::Tensor weight = test::leaf(at::randn({4}));
  const at::Tensor twice = test::leaf(at::randn({4}));  // also used without its copy
  const at::Tensor frozen = at::randn({4});
  Bf16Weights weights(kBf16);
  {
    const Bf16Weights::Use use(weights);
    const at::Tensor sum = 3 * cached_bf16(weight) + 5 * cached_bf16(twice) + cached_bf16(frozen);
    (sum.to(at::kFloat) + 7 * twice).sum().backward();
  }
  weights.move_gradients();
  EXPECT_TRUE(at::equal(weight.grad(), at::full({4}, 3, at::kBFloat16)));
  EXPECT_TRUE(at::equal(twice.grad(), at::full({4}, 12, at::kFloat)));
  EXPECT_FALSE(frozen.grad().defined());
  EXPECT_FALSE(weights.copy_of(weight).grad().defined());
}

}  // namespace
}  // namespace jetvit
