// Attention in windows in one pass (on the CPU) against the operators of ATen in float64, which the models' oracles
// compare with timm: results and gradients.
#include "ops/window_attention.h"

#include <array>

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "support/difference.h"
#include "support/leaf.h"

namespace jetvit {
namespace {

struct Setting {
  WindowGrid grid;
  AttentionHeads heads;
  std::int64_t depth;  // channels of a head
  bool with_bias;
};

struct Outcome {
  at::Tensor y;
  std::array<at::Tensor, 3> gradients;  // of qkv, padding and bias
};

class WindowAttention : public testing::TestWithParam<Setting> {
 protected:
  static constexpr std::int64_t kImages = 3;

  static std::int64_t channels() { return GetParam().heads.count * GetParam().depth; }

  at::Tensor qkv = at::randn({kImages, GetParam().grid.side, GetParam().grid.side, 3 * channels()});
  const at::Tensor padding = at::randn({3 * channels()});
  const at::Tensor bias = at::randn({GetParam().heads.count, GetParam().grid.tokens(), GetParam().grid.tokens()});
  at::Tensor gradient = at::randn({kImages, GetParam().grid.side, GetParam().grid.side, channels()});

  static bool padded() { return GetParam().grid.side % GetParam().grid.window != 0; }

  // qkv and the gradient of the result stored as `stored`, what belongs to the parameters as `parameters`.
  Outcome run(at::ScalarType stored, at::ScalarType parameters) const {
    const std::array<at::Tensor, 3> in = {test::leaf(qkv.to(stored)), test::leaf(padding.to(parameters)),
                                          test::leaf(bias.to(parameters))};
    Outcome out;
    out.y = window_attention(in[0], padded() ? in[1] : at::Tensor(), GetParam().with_bias ? in[2] : at::Tensor(),
                             GetParam().heads, GetParam().grid);
    out.y.backward(gradient.to(stored));
    for (std::size_t index = 0; index < in.size(); ++index) out.gradients[index] = in[index].grad();
    return out;
  }
};

TEST_P(WindowAttention, EqualsTheOperators) {
  const Outcome found = run(at::kFloat, at::kFloat);
  const Outcome expected = run(at::kDouble, at::kDouble);
  constexpr double kTolerance = 3e-6;  // sums of up to a few hundred terms in float32
  EXPECT_LT(test::difference(found.y, expected.y), kTolerance);
  EXPECT_LT(test::difference(found.gradients[0], expected.gradients[0]), kTolerance);
  if (padded()) {
    EXPECT_LT(test::difference(found.gradients[1], expected.gradients[1]), kTolerance);
  }
  if (GetParam().with_bias) {
    EXPECT_LT(test::difference(found.gradients[2], expected.gradients[2]), kTolerance);
  }
}

// On the same numbers: what is stored as bfloat16 is rounded once, an error of at most 2^-8 of it; gradients of the
// parameters stay float32.
TEST_P(WindowAttention, RoundsOnceInBfloat16) {
  qkv = qkv.to(at::kBFloat16).to(at::kFloat);
  gradient = gradient.to(at::kBFloat16).to(at::kFloat);
  const Outcome found = run(at::kBFloat16, at::kFloat);
  const Outcome expected = run(at::kDouble, at::kDouble);
  constexpr double kTolerance = 3e-6;
  EXPECT_EQ(found.y.scalar_type(), at::kBFloat16);
  EXPECT_LT(test::difference(found.y, expected.y), test::kBfloat16Rounding);
  EXPECT_LT(test::difference(found.gradients[0], expected.gradients[0]), test::kBfloat16Rounding);
  if (padded()) {
    EXPECT_LT(test::difference(found.gradients[1], expected.gradients[1]), kTolerance);
  }
  if (GetParam().with_bias) {
    EXPECT_LT(test::difference(found.gradients[2], expected.gradients[2]), kTolerance);
  }
}

TEST_P(WindowAttention, DoesNotDependOnTheNumberOfThreads) {
  const int threads = at::get_num_threads();
  for (const at::ScalarType stored : {at::kFloat, at::kBFloat16}) {
    at::set_num_threads(1);
    const Outcome one = run(stored, at::kFloat);
    at::set_num_threads(2);
    const Outcome two = run(stored, at::kFloat);
    at::set_num_threads(threads);
    EXPECT_TRUE(at::equal(one.y, two.y));
    for (std::size_t index = 0; index < one.gradients.size(); ++index) {
      if (!one.gradients[index].defined()) continue;  // no padding, no bias
      EXPECT_TRUE(at::equal(one.gradients[index], two.gradients[index])) << index;
    }
  }
}

// Windows of up to 64 tokens that tile the image, that cover it and that do not tile it, shifted, spread and neither;
// channels that fill no vector; heads within queries, keys and values and around them.
INSTANTIATE_TEST_SUITE_P(Grids, WindowAttention,
                         testing::Values(Setting{{14, 7, 0}, {2}, 32, true}, Setting{{14, 7, 3}, {2}, 32, true},
                                         Setting{{16, 8, 0}, {3}, 32, true}, Setting{{16, 8, 4}, {3}, 32, true},
                                         Setting{{10, 8, 4}, {2}, 24, true},
                                         Setting{{16, 8, 0, true}, {2, true}, 32, true},
                                         Setting{{7, 7, 0}, {3, true}, 8, true}, Setting{{8, 7, 3}, {1}, 12, true},
                                         Setting{{9, 4, 0}, {2, true}, 5, false}, Setting{{10, 4, 1}, {2}, 16, false},
                                         Setting{{4, 7, 0}, {1}, 32, false}, Setting{{2, 2, 0}, {1}, 8, true},
                                         Setting{{12, 4, 0, true}, {2}, 16, true},
                                         Setting{{6, 3, 0, true}, {2, true}, 12, true}));

// The order of a spread window, token by token: the attention of one query to keys that are all alike is the mean of
// the values, which here number the pixels.
TEST(WindowAttentionGrid, SpreadsATokenEveryOtherPixel) {
  constexpr std::int64_t kSide = 4;
  at::Tensor qkv = at::zeros({1, kSide, kSide, 3});
  qkv.select(3, 2).copy_(at::arange(kSide * kSide).view({kSide, kSide}));
  const at::Tensor y =
      window_attention(qkv, at::Tensor(), at::Tensor(), {}, {.side = kSide, .window = 2, .spread = true});
  // Pixels 0, 2, 8 and 10 are the first window; the others begin one to the right and one down.
  const at::Tensor expected = at::tensor({5, 6, 9, 10}, at::kFloat).view({2, 2}).repeat({2, 2});
  EXPECT_TRUE(at::allclose(y.view({kSide, kSide}), expected)) << y;
}

}  // namespace
}  // namespace jetvit
