// The operators with gradients of their own, where some of their inputs need none: frozen parameters, images.
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randn_like.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/function.h>

#include "ops/batch_norm_activation.h"
#include "ops/conv3x3.h"
#include "ops/depthwise_conv.h"
#include "ops/layer_norm.h"
#include "ops/squeeze_excite.h"
#include "ops/window_attention.h"
#include "support/leaf.h"

namespace jetvit {
namespace {

using Tensors = std::vector<at::Tensor>;

struct Operator {
  const char* name;
  Tensors inputs;
  std::function<at::Tensor(const Tensors&)> apply;
};

at::Tensor random_image(std::int64_t channels) {
  return at::randn({3, channels, 12, 12}).contiguous(at::MemoryFormat::ChannelsLast);
}

std::vector<Operator> all_operators() {
  constexpr std::int64_t kChannels = 24;
  const auto vector = [] { return at::randn({kChannels}); };
  const at::Tensor mean = at::zeros({kChannels});
  const at::Tensor variance = at::ones({kChannels});
  return {
      {"conv3x3",
       {random_image(16), at::randn({32, 16, 3, 3}), at::randn({32})},
       [](const Tensors& in) { return conv3x3(in[0], in[1], in[2]); }},
      {"depthwise_conv",
       {random_image(kChannels), at::randn({kChannels, 1, 5, 5}), vector()},
       [](const Tensors& in) {
         return depthwise_conv(in[0], in[1], in[2], {1, 2, 2, 12, 12});
       }},
      {"layer_norm",
       {at::randn({300, kChannels}), vector(), vector()},
       [](const Tensors& in) { return layer_norm(in[0], in[1], in[2], 1e-5); }},
      {"batch_norm_activation",
       {random_image(kChannels), vector(), vector()},
       [=](const Tensors& in) {
         return batch_norm_activation(in[0], in[1], in[2], mean, variance, 0.1, 1e-5, Activation::kSilu);
       }},
      {"squeeze_excite",
       {random_image(kChannels), at::randn({6, kChannels}), at::randn({6}), at::randn({kChannels, 6}), vector()},
       [](const Tensors& in) { return squeeze_excite(in[0], in[1], in[2], in[3], in[4], Activation::kSilu); }},
      {"window_attention",
       {at::randn({3, 12, 12, 3 * kChannels}), at::randn({3 * kChannels}), at::randn({2, 25, 25})},
       [](const Tensors& in) {
         return window_attention(in[0], in[1], in[2], {.count = 2}, {.side = 12, .window = 5, .shift = 2});
       }},
  };
}

// The gradients of all inputs, as the operator itself hands them on; undefined ones were not computed.
Tensors gradients(const Operator& op, const std::set<std::size_t>& frozen, const at::Tensor& of_result) {
  Tensors inputs;
  for (std::size_t index = 0; index < op.inputs.size(); ++index) {
    inputs.push_back(test::leaf(op.inputs[index]).set_requires_grad(!frozen.contains(index)));
  }
  Tensors out = (*op.apply(inputs).grad_fn())({of_result});
  out.resize(inputs.size());
  return out;
}

void expect_same(const Tensors& found, const Tensors& expected, const std::set<std::size_t>& frozen) {
  for (std::size_t index = 0; index < expected.size(); ++index) {
    if (frozen.contains(index)) continue;
    ASSERT_TRUE(expected[index].defined() && found[index].defined()) << index;
    EXPECT_TRUE(at::equal(found[index], expected[index])) << index;
  }
}

TEST(FrozenInputs, ParametersCostNothingAndChangeNoOtherGradient) {
  for (const Operator& op : all_operators()) {
    SCOPED_TRACE(op.name);
    const at::Tensor of_result = at::randn_like(op.apply(op.inputs));
    const Tensors all = gradients(op, {}, of_result);
    std::set<std::size_t> parameters;
    for (std::size_t index = 1; index < op.inputs.size(); ++index) {
      expect_same(gradients(op, {index}, of_result), all, {index});
      parameters.insert(index);
    }
    const Tensors found = gradients(op, parameters, of_result);
    expect_same(found, all, parameters);
    if (std::string(op.name) == "batch_norm_activation") continue;  // its parameters' are sums that the image's needs
    for (const std::size_t index : parameters) EXPECT_FALSE(found[index].defined()) << index;
  }
}

TEST(FrozenInputs, ImagesChangeNoGradientOfParameters) {
  for (const Operator& op : all_operators()) {
    SCOPED_TRACE(op.name);
    const at::Tensor of_result = at::randn_like(op.apply(op.inputs));
    expect_same(gradients(op, {0}, of_result), gradients(op, {}, of_result), {0});
  }
}

}  // namespace
}  // namespace jetvit
