// The layer table from shapes alone: its consistency, and comparison with forward passes with values.
#include "model/layer_table.h"

#include <map>

#include <ATen/ops/ones.h>

#include "model/registry.h"
#include "support/expect_error.h"
#include "support/model_names.h"

namespace jetvit {
namespace {

// Calls body(row, name) for every row below `root`, with its full name.
template <class Body>
void for_each_row(const LayerRow& root, const std::string& prefix, Body body) {
  for (const LayerRow& row : root.parts) {
    body(row, prefix + row.name);
    for_each_row(row, prefix + row.name + ".", body);
  }
}

class LayerTable : public testing::TestWithParam<std::string> {
 protected:
  // With windows that do not tile the image of tokens, for models that allow this.
  Json options() const {
    const bool nano = GetParam().ends_with("nano");
    const bool any_size = GetParam().starts_with("swin") || GetParam().starts_with("davit") ||
                          GetParam().starts_with("eff") || GetParam().starts_with("res");
    return {{"channels", 2}, {"outputs", 3}, {"image_size", nano ? 48 - 5 * any_size : 64 + 5 * any_size}};
  }
};

TEST_P(LayerTable, EqualsThatOfAForwardPassOverNumbers) {
  const std::unique_ptr<Model> model = make_model(GetParam(), options());
  const LayerRow found = layer_table(*make_model_shape(GetParam(), options()));
  EXPECT_EQ(found, layer_table(*model));
  EXPECT_TRUE(model->training()) << "looking changed the mode";
  EXPECT_EQ(found.output, std::vector<std::int64_t>{3});
  EXPECT_EQ(found.parameters, parameter_count(*model));
}

TEST_P(LayerTable, RowsAddUp) {
  const LayerRow model = layer_table(*make_model_shape(GetParam(), options()));
  const auto check = [](const LayerRow& row, const std::string& name) {
    EXPECT_GE(row.multiply_adds, 0) << name;
    if (row.parts.empty()) return;
    std::int64_t parameters = 0;
    std::int64_t multiply_adds = 0;
    for (const LayerRow& part : row.parts) {
      parameters += part.parameters;
      multiply_adds += part.multiply_adds;
    }
    EXPECT_EQ(row.parameters, parameters) << name;
    EXPECT_EQ(row.multiply_adds, multiply_adds) << name;
  };
  check(model, "the model");
  for_each_row(model, "", check);
}

// Each weight of a convolution or linear layer is used once per output position. Only attention has matrix
// multiplications without weights.
TEST_P(LayerTable, CostsFollowFromWeightsAndOutputs) {
  const std::unique_ptr<Model> model = make_model_shape(GetParam(), options());
  std::map<std::string, at::Tensor> parameters;
  for (const NamedTensor& parameter : model->parameters()) parameters[parameter.name] = parameter.tensor;
  int layers = 0;
  for_each_row(layer_table(*model), "", [&](const LayerRow& row, const std::string& name) {
    const bool is_linear = row.kind == "Linear";
    if (!is_linear && row.kind != "Conv2d") {
      const bool is_product = row.name == "(matmul)";
      EXPECT_TRUE(is_product || !row.parts.empty() || row.multiply_adds == 0) << name;
      EXPECT_TRUE(!is_product || name.find("attn.") != std::string::npos) << name;
      return;
    }
    const at::Tensor& weight = parameters.at(name + ".weight");
    const std::int64_t channels = is_linear ? row.output.back() : row.output.front();
    // The last block of a vision transformer uses only parts of its first linear layer.
    if (channels != weight.size(0)) return;
    std::int64_t places = 1;
    for (const std::int64_t size : row.output) places *= size;
    EXPECT_EQ(row.multiply_adds, places / channels * weight.numel()) << name;
    ++layers;
  });
  EXPECT_GT(layers, 4);
}

INSTANTIATE_TEST_SUITE_P(Registry, LayerTable, testing::ValuesIn(test::model_names()),
                         [](const auto& parameter) { return parameter.param; });

class Refusing : public Model {
 public:
  Refusing() { add_parameter("weight", at::ones({1})); }
  at::Tensor forward(const at::Tensor& /*x*/) override { throw Error("refused"); }
  int channels() const override { return 1; }
  int outputs() const override { return 1; }
  int image_size() const override { return 1; }
};

TEST(LayerTableOfAModelThatFails, LeavesItsMode) {
  Refusing model;
  EXPECT_ERROR(layer_table(model), Error, "refused");
  EXPECT_TRUE(model.training());
}

TEST(LayerTableOfLargeModels, TakesNoMemory) {
  // Attention among 16 million tokens, and a stage whose weights would fill a petabyte.
  const auto table = [](const char* name, const char* options) {
    return layer_table(*make_model_shape(name, Json::parse(options)));
  };
  constexpr std::int64_t kTokens = 4096LL * 4096 + 1;
  constexpr std::int64_t kWidth = 192;
  const LayerRow vit = table("vit_tiny", R"({"image_size": 4096, "patch_size": 1, "depth": 2})");
  EXPECT_EQ(vit.parts.at(3).multiply_adds, kTokens * 12 * kWidth * kWidth + 2 * kTokens * kTokens * kWidth);
  EXPECT_ERROR(table("vit_tiny", R"({"image_size": 4096, "patch_size": 1, "embed_dim": 8190, "depth": 99})"), Error,
               "more than 9.2e18 multiply-adds per image");
  const std::vector<int> stages(16, 1);
  const LayerRow swin = layer_table(*make_model_shape(
      "swin_tiny", Json{{"embed_dim", 1024}, {"depths", stages}, {"heads", stages}, {"image_size", 4096}}));
  EXPECT_GT(swin.parameters, 1'000'000'000'000'000);
}

}  // namespace
}  // namespace jetvit
