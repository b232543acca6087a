// Attention in windows in one pass (float32 on the CPU) against the operators of ATen in float64, which the models'
// oracles compare with timm: results and gradients.
#include "ops/window_attention.h"

#include <array>

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

namespace jetvit {
namespace {

struct Setting {
  WindowGrid grid;
  std::int64_t heads, depth;  // channels of a head
  bool with_bias;
};

struct Outcome {
  at::Tensor y;
  std::array<at::Tensor, 3> gradients;  // of qkv, padding and bias
};

class WindowAttention : public testing::TestWithParam<Setting> {
 protected:
  static constexpr std::int64_t kImages = 3;

  static std::int64_t channels() { return GetParam().heads * GetParam().depth; }

  const at::Tensor qkv = at::randn({kImages, GetParam().grid.side, GetParam().grid.side, 3 * channels()});
  const at::Tensor padding = at::randn({3 * channels()});
  const at::Tensor bias = at::randn({GetParam().heads, GetParam().grid.tokens(), GetParam().grid.tokens()});
  const at::Tensor gradient = at::randn({kImages, GetParam().grid.side, GetParam().grid.side, channels()});

  Outcome run(at::ScalarType type) const {
    const auto leaf = [&](const at::Tensor& x) { return x.to(type).clone().set_requires_grad(true); };
    const std::array<at::Tensor, 3> in = {leaf(qkv), leaf(padding), leaf(bias)};
    Outcome out;
    out.y =
        window_attention(in[0], in[1], GetParam().with_bias ? in[2] : at::Tensor(), GetParam().heads, GetParam().grid);
    out.y.backward(gradient.to(type));
    for (std::size_t index = 0; index < in.size(); ++index) out.gradients[index] = in[index].grad();
    return out;
  }
};

TEST_P(WindowAttention, EqualsTheOperators) {
  const Outcome found = run(at::kFloat);
  const Outcome expected = run(at::kDouble);
  // Of the largest value: sums of up to a few hundred terms in float32.
  constexpr double kTolerance = 3e-6;
  const auto difference = [](const at::Tensor& a, const at::Tensor& b) {
    return ((a - b).abs().max() / b.abs().max()).item<double>();
  };
  EXPECT_LT(difference(found.y, expected.y), kTolerance);
  EXPECT_LT(difference(found.gradients[0], expected.gradients[0]), kTolerance);
  const bool padded = GetParam().grid.side % GetParam().grid.window != 0;
  if (padded) {
    EXPECT_LT(difference(found.gradients[1], expected.gradients[1]), kTolerance);
  } else {
    EXPECT_EQ(found.gradients[1].abs().max().item<double>(), 0);
  }
  if (GetParam().with_bias) {
    EXPECT_LT(difference(found.gradients[2], expected.gradients[2]), kTolerance);
  }
}

TEST_P(WindowAttention, DoesNotDependOnTheNumberOfThreads) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const Outcome one = run(at::kFloat);
  at::set_num_threads(2);
  const Outcome two = run(at::kFloat);
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(one.y, two.y));
  for (std::size_t index = 0; index < one.gradients.size(); ++index) {
    if (!one.gradients[index].defined()) continue;  // no bias
    EXPECT_TRUE(at::equal(one.gradients[index], two.gradients[index])) << index;
  }
}

// Windows that tile the image, that cover it and that do not tile it, shifted and not; channels that fill no vector.
INSTANTIATE_TEST_SUITE_P(Grids, WindowAttention,
                         testing::Values(Setting{{14, 7, 0}, 2, 32, true}, Setting{{14, 7, 3}, 2, 32, true},
                                         Setting{{7, 7, 0}, 3, 8, true}, Setting{{8, 7, 3}, 1, 12, true},
                                         Setting{{9, 4, 0}, 2, 5, false}, Setting{{10, 4, 1}, 2, 16, false},
                                         Setting{{4, 7, 0}, 1, 32, false}, Setting{{2, 2, 0}, 1, 8, true}));

}  // namespace
}  // namespace jetvit
