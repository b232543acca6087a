// The kernels of window attention, emulated, against the operators of ATen in float64.
#include "cuda/window_attention.cuh"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "cuda/sum_parts.cuh"
#include "ops/window_attention_composite.h"
#include "support/emulator.h"
#include "support/leaf.h"

namespace jetvit {
namespace {

using emulator::launch;
using emulator::Order;

constexpr std::int64_t kImages = 2;
constexpr int kWindowParts = 3;

struct Setting {
  WindowGrid grid;
  AttentionHeads heads;
  std::int64_t depth;
  bool with_bias;
};

struct Problem {
  at::Tensor qkv, padding, bias, gradient;  // padding and bias may be undefined
};

struct Outcome {
  at::Tensor y, of_qkv, of_padding, of_bias;
};

class EmulatedWindowAttention : public testing::TestWithParam<Setting> {
 protected:
  static WindowSizes sizes() {
    const auto& [grid, heads, depth, with_bias] = GetParam();
    return {.images = kImages,
            .heads = static_cast<int>(heads.count),
            .depth = static_cast<int>(depth),
            .side = static_cast<int>(grid.side),
            .window = static_cast<int>(grid.window),
            .shift = static_cast<int>(grid.shift),
            .spread = grid.spread,
            .heads_outermost = heads.outermost};
  }

  static Problem problem(at::ScalarType stored) {
    const std::int64_t side = GetParam().grid.side;
    const std::int64_t channels = sizes().channels();
    const std::int64_t tokens = sizes().tokens();
    Problem out = {at::randn({kImages, side, side, 3 * channels}).to(stored), {}, {}, {}};
    if (side % GetParam().grid.window != 0) out.padding = at::randn({3 * channels});
    if (GetParam().with_bias) out.bias = at::randn({GetParam().heads.count, tokens, tokens});
    out.gradient = at::randn({kImages, side, side, channels}).to(stored);
    return out;
  }

  template <class T>
  static Outcome emulated(const Problem& of, Order order) {
    const auto floats = [](const at::Tensor& x) { return x.defined() ? x.mutable_data_ptr<float>() : nullptr; };
    const auto stored = [](const at::Tensor& x) { return x.mutable_data_ptr<T>(); };
    const WindowSizes numbers = sizes();
    Outcome out = {at::full_like(of.gradient, NAN), at::full_like(of.qkv, NAN), {}, {}};
    launch(
        {static_cast<unsigned>(kImages * numbers.windows() * numbers.heads)}, {kAttentionThreads},
        numbers.forward_floats() * sizeof(float),
        [&] { window_attention_forward(stored(of.qkv), floats(of.padding), floats(of.bias), stored(out.y), numbers); },
        order);
    const auto sums_of = [](const at::Tensor& x) {
      if (!x.defined()) return at::Tensor();
      std::vector<std::int64_t> shape = x.sizes().vec();
      shape.insert(shape.begin(), kWindowParts);
      return at::full(shape, NAN, at::kFloat);
    };
    const at::Tensor padding_sums = sums_of(of.padding);
    const at::Tensor bias_sums = sums_of(of.bias);
    launch(
        {static_cast<unsigned>(numbers.heads), kWindowParts}, {kAttentionThreads},
        numbers.backward_floats() * sizeof(float),
        [&] {
          window_attention_backward(stored(of.gradient), stored(of.qkv), floats(of.padding), floats(of.bias),
                                    stored(out.of_qkv), floats(bias_sums), floats(padding_sums), numbers);
        },
        order);
    const auto sum = [&](const at::Tensor& sums, const at::Tensor& like) {
      if (!like.defined()) return at::Tensor();
      const at::Tensor total = at::full_like(like, NAN);
      const auto blocks = static_cast<unsigned>((like.numel() + 63) / 64);
      launch(
          {blocks}, {64}, 0, [&] { sum_parts(floats(sums), floats(total), kWindowParts, like.numel()); }, order);
      return total;
    };
    out.of_padding = sum(padding_sums, of.padding);
    out.of_bias = sum(bias_sums, of.bias);
    return out;
  }

  static Outcome expected(const Problem& of) {
    const auto leaf = [](const at::Tensor& x) { return x.defined() ? test::leaf(x.to(at::kDouble)) : x; };
    const Problem in = {leaf(of.qkv), leaf(of.padding), leaf(of.bias), of.gradient.to(at::kDouble)};
    const at::Tensor y = window_attention_composite(in.qkv, in.padding, in.bias, GetParam().heads, GetParam().grid);
    y.backward(in.gradient);
    const auto gradient = [](const at::Tensor& x) { return x.defined() ? x.grad() : x; };
    return {y.detach(), gradient(in.qkv), gradient(in.padding), gradient(in.bias)};
  }

  template <class T>
  static void compare(double tolerance) {
    const Problem of = problem(c10::CppTypeToScalarType<T>::value);
    const Outcome want = expected(of);
    const Outcome forward = emulated<T>(of, Order::kForward);
    const Outcome backward = emulated<T>(of, Order::kBackward);
    for (const auto part : {&Outcome::y, &Outcome::of_qkv, &Outcome::of_padding, &Outcome::of_bias}) {
      if (!(want.*part).defined()) continue;
      EXPECT_TRUE(at::equal(forward.*part, backward.*part)) << "the order of the threads matters";
      const at::Tensor difference = (forward.*part).to(at::kDouble) - want.*part;
      EXPECT_LT((difference.norm() / (want.*part).norm()).template item<double>(), tolerance);
    }
  }
};

TEST_P(EmulatedWindowAttention, EqualsAten) {
  compare<float>(3e-6);
}

// A result is rounded once, to 8 bits: by a share of 2^-8 at most.
TEST_P(EmulatedWindowAttention, EqualsAtenInBfloat16) {
  compare<c10::BFloat16>(1.0 / 256);
}

INSTANTIATE_TEST_SUITE_P(Settings, EmulatedWindowAttention,
                         testing::Values(Setting{{.side = 8, .window = 4}, {2}, 8, true},         // 16 tokens
                                         Setting{{.side = 7, .window = 7}, {3, true}, 5, false},  // 49, an odd depth
                                         Setting{{.side = 8, .window = 8}, {1}, 32, true},        // 64
                                         Setting{
                                             {.side = 8, .window = 4, .shift = 2}, {2, true}, 6, true},  // with a mask
                                         Setting{{.side = 10, .window = 4}, {2}, 4, true},               // with padding
                                         Setting{{.side = 9, .window = 4, .shift = 2}, {1}, 4, true},    // with both
                                         Setting{{.side = 8, .window = 4, .shift = 0, .spread = true}, {2}, 8, true},
                                         Setting{{.side = 1, .window = 1}, {2}, 3, false}));

}  // namespace
}  // namespace jetvit
