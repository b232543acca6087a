// What goes through libtorch's dispatcher: the operators are registered, models call them where there is a kernel, and
// take the operators of ATen where there is none.
#include "ops/dispatch.h"

#include <map>

#include <ATen/ops/empty.h>
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/called_operators.h"
#include "ops/layer_norm.h"
#include "ops/shape_kernels.h"
#include "ops/squeeze_excite.h"
#include "ops/window_attention.h"
#include "support/difference.h"
#include "support/filled_model.h"

namespace jetvit {
namespace {

using Names = std::set<std::string>;

TEST(Dispatch, HasAKernelForTheCpuOfEveryOperator) {
  const at::Tensor x = at::empty({1});
  const at::Tensor meta = at::empty({1}, at::kMeta);
  for (const char* name : {"layer_norm", "fused_activation", "batch_norm_activation", "squeeze_excite",
                           "depthwise_conv", "conv3x3", "window_attention"}) {
    for (const char* suffix : {"", "_backward"}) {
      SCOPED_TRACE(std::string(name) + suffix);
      const auto op = c10::Dispatcher::singleton().findSchema({std::string("jetvit::") + name + suffix, ""});
      ASSERT_TRUE(op);
      EXPECT_TRUE(has_kernel(*op, x));
      // The shapes of the others are worked out by the operators of ATen.
      EXPECT_EQ(has_kernel(*op, meta), std::string(name) == "window_attention" && *suffix == 0);
    }
  }
  EXPECT_TRUE(has_kernel(c10::Dispatcher::singleton().findSchemaOrThrow("jetvit::adam_update", ""), x));
}

TEST(Dispatch, WorksOutShapesOfTensorsWithoutValues) {
  register_shape_kernels();
  const auto meta = [](at::IntArrayRef shape) { return at::empty(shape, at::kMeta); };
  EXPECT_EQ(layer_norm(meta({3, 8}), meta({8}), meta({8}), 1e-5).sizes(), at::IntArrayRef({3, 8}));
  const test::CalledOperators called;
  const at::Tensor y = window_attention(meta({2, 100, 100, 24}), {}, {}, {.count = 2}, {.side = 100, .window = 50});
  EXPECT_EQ(y.sizes(), at::IntArrayRef({2, 100, 100, 8}));
  EXPECT_TRUE(called.contains("window_attention"));
}

// The gate in another dtype than the image, and scores in another dtype than the values.
TEST(Dispatch, TakesCompositionsOfSeveralDtypes) {
  const auto round = [](const at::Tensor& x) { return x.to(at::kBFloat16); };
  const at::Tensor image = round(at::randn({2, 24, 5, 5}));  // channels first
  const at::Tensor w1 = at::randn({6, 24}), b1 = at::randn({6}), w2 = at::randn({24, 6}), b2 = at::randn({24});
  const at::Tensor qkv = round(at::randn({1, 17, 17, 24}));
  const at::Tensor bias = at::randn({2, 289, 289});
  const test::CalledOperators called;
  const at::Tensor y = squeeze_excite(image, w1, b1, w2, b2, Activation::kSilu);
  const at::Tensor mixed = window_attention(qkv, {}, bias, {.count = 2}, {.side = 17, .window = 17});
  EXPECT_THAT(called.names(), testing::IsEmpty());
  EXPECT_EQ(y.scalar_type(), at::kBFloat16);
  EXPECT_EQ(mixed.scalar_type(), at::kBFloat16);
  const at::Tensor exact_y = squeeze_excite(image.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast), w1, b1, w2,
                                            b2, Activation::kSilu);
  EXPECT_TRUE(called.contains("squeeze_excite"));
  EXPECT_LT(test::difference(y, exact_y), 3 * test::kBfloat16Rounding);
  const at::Tensor exact = window_attention(qkv.to(at::kFloat), {}, bias, {.count = 2}, {.side = 17, .window = 17});
  EXPECT_LT(test::difference(mixed, exact), 6 * test::kBfloat16Rounding);
}

// In training mode, with images in channels-last memory.
class NanoModels : public testing::TestWithParam<std::string> {
 protected:
  static std::unique_ptr<Model> model(at::ScalarType type) {
    Json options = Json::object();
    options["image_size"] = 48;
    std::unique_ptr<Model> model = test::filled_model(GetParam(), options);
    for (auto& [name, tensor] : named_weights(*model)) {
      if (tensor.is_floating_point()) tensor.set_data(tensor.detach().to(type));
    }
    model->train(true);
    return model;
  }

  static at::Tensor images(const Model& model) {
    return test::hash_tensor("x", {2, model.channels(), model.image_size(), model.image_size()})
        .contiguous(at::MemoryFormat::ChannelsLast);
  }
};

TEST_P(NanoModels, CallNoOperatorOfOursInFloat64) {
  const std::unique_ptr<Model> exact = model(at::kDouble);
  const test::CalledOperators called;
  const at::Tensor logits = exact->forward(images(*exact).to(at::kDouble));
  logits.square().sum().backward();
  EXPECT_EQ(logits.scalar_type(), at::kDouble);
  EXPECT_THAT(called.names(), testing::IsEmpty());
  // The same numbers, so that the kernels and the compositions agree in whole models.
  const std::unique_ptr<Model> single = model(at::kFloat);
  EXPECT_LT(test::difference(single->forward(images(*single)), logits), 1e-3);
}

TEST_P(NanoModels, CallTheOperatorsOfTheirLayersInFloat32) {
  // 3 x 3 convolutions of each channel are ATen's in float32; only MaxViT's stem is narrow enough for conv3x3.
  static const std::map<std::string, Names> kOperators = {
      {"coatnet_nano", {"batch_norm_activation", "fused_activation", "layer_norm", "squeeze_excite"}},
      {"davit_nano", {"fused_activation", "layer_norm", "window_attention"}},
      {"efficientnet_nano", {"batch_norm_activation", "depthwise_conv", "squeeze_excite"}},
      {"effswin_nano",
       {"batch_norm_activation", "fused_activation", "layer_norm", "squeeze_excite", "window_attention"}},
      {"maxvit_nano",
       {"batch_norm_activation", "conv3x3", "fused_activation", "layer_norm", "squeeze_excite", "window_attention"}},
      {"swin_nano", {"fused_activation", "layer_norm", "window_attention"}},
      {"vit_nano", {"fused_activation", "layer_norm"}},
  };
  const std::unique_ptr<Model> single = model(at::kFloat);
  const test::CalledOperators called;
  single->forward(images(*single)).square().sum().backward();
  Names expected;
  for (const std::string& name : kOperators.at(GetParam())) expected.insert({name, name + "_backward"});
  EXPECT_EQ(called.names(), expected);
}

std::vector<std::string> nano_models() {
  std::vector<std::string> names;
  for (const ModelInfo& info : model_list()) {
    if (info.name.ends_with("nano")) names.push_back(info.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Registry, NanoModels, testing::ValuesIn(nano_models()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
