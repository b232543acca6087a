#include "onnx/translation.h"

#include <functional>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/softmax.h>

#include "onnx/run_graph.h"
#include "support/difference.h"
#include "support/expect_error.h"

namespace jetvit::onnx {
namespace {

using Forward = std::function<at::Tensor(const at::Tensor&)>;

// What the graph of a function makes of x, (N, 3, 4).
at::Tensor translated(const Forward& forward, const at::Tensor& x) {
  const auto images = [](std::int64_t batch) { return at::randn({batch, 3, 4}, at::kDouble); };
  Graph graph;
  const std::string last = translate(record(images(2), forward), record(images(3), forward), {}, "x", graph);
  return run_graph(graph, {{"x", x}}, {last})[last];
}

// Computed in float64 on both sides; constants are float32.
void expect_translated(const Forward& forward) {
  for (const std::int64_t batch : {1, 5}) {
    const at::Tensor x = at::randn({batch, 3, 4}, at::kDouble);
    const at::Tensor expected = forward(x);
    const at::Tensor found = translated(forward, x);
    ASSERT_EQ(found.sizes(), expected.sizes());
    EXPECT_LT(test::difference(found, expected), 1e-6);
  }
}

TEST(Translation, RearrangesAsTheOperatorsDo) {
  expect_translated([](const at::Tensor& x) { return x.roll({1, -3}, {1, 2}); });
  expect_translated(
      [](const at::Tensor& x) { return x.roll({-5}, {2}).roll({4}, {2}); });  // around twice, and not at all
  expect_translated([](const at::Tensor& x) { return x.transpose(1, 2).reshape({-1, 12}); });
  expect_translated([](const at::Tensor& x) { return x.permute({-1, 0, 1}); });
  expect_translated([](const at::Tensor& x) { return x.unsqueeze(1).squeeze(1).flatten(1); });
  expect_translated(
      [](const at::Tensor& x) { return x.narrow(1, 1, 2) * x.select(-1, 2).unsqueeze(2).narrow(1, 0, 2); });
  expect_translated([](const at::Tensor& x) { return x.unbind(1)[2] + x.unbind(1)[0]; });
  expect_translated([](const at::Tensor& x) { return at::constant_pad_nd(x, {1, 2, 3, 0}, 0.5); });
}

TEST(Translation, TheBatchFollowsTheInput) {
  const at::Tensor token = at::randn({1, 1, 4}, at::kDouble);
  expect_translated([&](const at::Tensor& x) { return at::cat({token.expand({x.size(0), -1, -1}), x}, 1); });
  expect_translated([](const at::Tensor& x) { return x.view({x.size(0) * 3, 4}).softmax(1).view({-1, 3, 4}); });
}

TEST(Translation, ComputesAsTheOperatorsDo) {
  expect_translated([](const at::Tensor& x) { return at::gelu(x, "none"); });
  expect_translated([](const at::Tensor& x) { return at::gelu(x, "tanh"); });
  expect_translated([](const at::Tensor& x) { return at::matmul(x.softmax(-1), x.transpose(1, 2)) * 0.25; });
  expect_translated([](const at::Tensor& x) { return x.mean({-1, 1}) + x.amax({1, 2}); });
  expect_translated([](const at::Tensor& x) { return x.mean({1}, true).sigmoid() * x.tanh() + 2; });
}

TEST(Translation, ValuesThatDoNotDependOnTheInputAreConstants) {
  const at::Tensor table = at::randn({3, 4}, at::kDouble);
  expect_translated([&](const at::Tensor& x) { return x + at::sin(table); });  // sin has no translation and needs none
}

TEST(Translation, ACallInPlaceIsFollowed) {
  expect_translated([](const at::Tensor& x) {
    const at::Tensor y = x * 2;
    y.add_(1);
    return y.relu();
  });
}

TEST(Translation, WhatCannotBeTranslatedIsRefused) {
  const at::Tensor x = at::randn({1, 3, 4}, at::kDouble);
  EXPECT_ERROR(translated([](const at::Tensor& y) { return at::sin(y); }, x), Error,
               "the operator aten::sin has no translation to ONNX");
  EXPECT_ERROR(translated([](const at::Tensor& y) { return y.add(y, 2); }, x), Error, "has a factor");
  EXPECT_ERROR(translated([](const at::Tensor& y) { return y.size(0) == 2 ? y.relu() : y.relu().relu(); }, x), Error,
               "depends on the size of the batch");
  EXPECT_ERROR(translated([](const at::Tensor& y) { return y * static_cast<double>(y.size(0)); }, x), Error,
               "depends on the size of the batch");
  EXPECT_ERROR(translated(
                   [](const at::Tensor& y) {
                     return y.reshape({y.size(0), -1}).unsqueeze(1).expand({-1, y.size(0), -1});
                   },
                   x),
               Error, "two axes that go with the batch");
}

TEST(Translation, AValueThatIsReadAfterItWasOverwrittenIsRefused) {
  const auto forward = [](const at::Tensor& x) {
    const at::Tensor y = x * 2;
    const at::Tensor view = y.transpose(1, 2);
    y.add_(1);
    return view.relu();
  };
  EXPECT_ERROR(translated(forward, at::randn({1, 3, 4}, at::kDouble)), Error, "read after it was overwritten");
}

// As an operator of our own does: libtorch only allocates the memory.
TEST(Translation, ComputationsOutsideOfLibtorchAreRefused) {
  const auto forward = [](const at::Tensor& x) {
    at::Tensor y = at::empty(x.sizes(), at::kDouble);
    std::copy_n(x.const_data_ptr<double>(), x.numel(), y.mutable_data_ptr<double>());
    return y.relu();
  };
  EXPECT_ERROR(translated(forward, at::randn({1, 3, 4}, at::kDouble)), Error, "outside of libtorch's operators");
}

}  // namespace
}  // namespace jetvit::onnx
