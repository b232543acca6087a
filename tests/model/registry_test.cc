// Properties of every model in the registry, and the messages for inconsistent options.
#include "model/registry.h"

#include <cmath>
#include <set>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/isfinite.h>

#include "model/layer_table.h"
#include "support/expect_error.h"
#include "support/hash_fill.h"
#include "support/model_names.h"

namespace jetvit {
namespace {

std::unique_ptr<Model> make_with(const std::string& name, const char* options) {
  return make_model(name, Json::parse(options));
}

class EveryModel : public testing::TestWithParam<std::string> {
 protected:
  // Small images, two logits, and all random layers that the model has.
  Json options() const {
    Json options = Json::object();
    options["channels"] = 2;
    options["outputs"] = 2;
    options["image_size"] = GetParam().ends_with("nano") ? 48 : 64;
    for (const char* key : {"dropout", "drop_path", "front_drop_path"}) {
      if (resolved_model_options(GetParam(), Json::object()).contains(key)) options[key] = 0.2;
    }
    return options;
  }

  at::Tensor images(const Model& model, int count) const {
    return test::hash_tensor("x", {count, model.channels(), model.image_size(), model.image_size()});
  }
};

TEST_P(EveryModel, GivesFiniteLogitsAndEveryParameterAGradient) {
  const std::unique_ptr<Model> model = make_model(GetParam(), options());
  const at::Tensor logits = model->forward(images(*model, 16));
  EXPECT_EQ(logits.sizes(), at::IntArrayRef({16, 2}));
  EXPECT_TRUE(at::isfinite(logits).all().item<bool>());
  logits.square().sum().backward();
  std::set<std::string> names;
  for (const NamedTensor& parameter : model->parameters()) {
    EXPECT_TRUE(names.insert(parameter.name).second) << parameter.name;
    ASSERT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
    EXPECT_TRUE(at::isfinite(parameter.tensor.grad()).all().item<bool>()) << parameter.name;
    EXPECT_GT(parameter.tensor.grad().abs().max().item<double>(), 0) << parameter.name;
  }
}

TEST_P(EveryModel, EvaluatesEachImageSeparately) {
  const std::unique_ptr<Model> model = make_model(GetParam(), options());
  model->train(false);
  const at::NoGradGuard no_gradients;
  const at::Tensor x = images(*model, 3);
  const at::Tensor together = model->forward(x);
  for (std::int64_t image = 0; image < 3; ++image) {
    const at::Tensor alone = model->forward(x.narrow(0, image, 1));
    EXPECT_LT((alone - together.narrow(0, image, 1)).abs().max().item<double>(), 1e-5);
  }
  EXPECT_TRUE(at::equal(together, model->forward(x))) << "evaluation is not deterministic";
}

TEST_P(EveryModel, ResolvesAndExplainsAllItsOptions) {
  const Json given = options();
  const Json resolved = resolved_model_options(GetParam(), given);
  for (const auto& [key, value] : given.items()) EXPECT_EQ(resolved.at(key), value) << key;
  const std::vector<OptionHelp> help = model_options_help(GetParam());
  EXPECT_EQ(help.size(), resolved.size());
  for (const OptionHelp& row : help) {
    EXPECT_TRUE(resolved.contains(row.key)) << row.key;
    EXPECT_FALSE(row.meaning.empty()) << row.key;
  }
  EXPECT_EQ(resolved_model_options(GetParam(), resolved), resolved);
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryModel, testing::ValuesIn(test::model_names()),
                         [](const auto& parameter) { return parameter.param; });

TEST(Registry, CountsParameters) {
  constexpr const char* kThousand = R"({"outputs": 1000})";
  // timm's tables round these to 5.72 M, 27.44 M, 25.04 M, 30.92 M and 29.06 M.
  EXPECT_EQ(parameter_count(*make_with("vit_tiny", kThousand)), 5717416);
  EXPECT_EQ(parameter_count(*make_with("coatnet_0", kThousand)), 27435562);
  EXPECT_EQ(parameter_count(*make_with("coatnet_0_paper", kThousand)), 25036820);
  EXPECT_EQ(parameter_count(*make_with("maxvit_tiny", kThousand)), 30916528);
  EXPECT_EQ(parameter_count(*make_with("maxvit_tiny_rw", kThousand)), 29057312);
  EXPECT_EQ(parameter_count(*make_model("resnet_15", Json::object())), 86241);
  // The number quoted in QMLHEP's notebooks for the network of the papers.
  EXPECT_EQ(parameter_count(*make_model("resnet_15", Json{{"head_widths", {128, 128}}, {"outputs", 2}})), 107202);
  EXPECT_LE(parameter_count(*make_model("coatnet_nano", Json::object())), 200000);
  EXPECT_LE(parameter_count(*make_model("maxvit_nano", Json::object())), 300000);
}

TEST(Registry, CountsMultiplyAddsByHand) {
  // One convolution 7x7 of stride 2 (61 x 61), three blocks at 30 x 30, one of stride 2, three at 15 x 15, one linear.
  const std::int64_t first = 61 * 61 * 16 * 3 * 49;
  const std::int64_t wide = 3 * 2 * 30 * 30 * 16 * 16 * 9;
  const std::int64_t halving = 15 * 15 * (32 * 16 * 9 + 32 * 32 * 9 + 32 * 16);
  const std::int64_t narrow = 3 * 2 * 15 * 15 * 32 * 32 * 9;
  const std::unique_ptr<Model> resnet = make_model("resnet_15", Json::object());
  EXPECT_EQ(layer_table(*resnet).multiply_adds, first + wide + halving + narrow + 32);
  EXPECT_TRUE(resnet->training()) << "counting changed the mode";
  // A block of a vision transformer: 12 width^2 per token and two matrix multiplications of tokens x tokens x width.
  // The last block computes only the class token, except for keys and values.
  const std::int64_t tokens = 65;
  const std::int64_t block = tokens * 12 * 64 * 64 + 2 * tokens * tokens * 64;
  const std::int64_t patches = 64 * 64 * 3 * 6 * 6;
  const std::int64_t last = tokens * 2 * 64 * 64 + 10 * 64 * 64 + 2 * tokens * 64;
  EXPECT_EQ(layer_table(*make_model("vit_nano", Json::object())).multiply_adds, 3 * block + last + patches + 64);
}

TEST(Registry, NamesTheNearestValidImageSizes) {
  EXPECT_ERROR(make_with("vit_tiny", R"({"image_size": 125})"), UsageError,
               "image_size = 125 is not a multiple of patch_size = 16 (nearest: 112 or 128)");
  EXPECT_ERROR(make_with("coatnet_0", R"({"image_size": 125})"), UsageError,
               "image_size = 125 is not a multiple of 32 (nearest: 96 or 128)");
  EXPECT_ERROR(make_with("coatnet_nano", R"({"image_size": 42})"), UsageError,
               "image_size = 42 is not a multiple of 8 (nearest: 40 or 48)");
  EXPECT_ERROR(make_with("coatnet_0", R"({"image_size": 8})"), UsageError, "(nearest: 32)");
  EXPECT_ERROR(make_with("coatnet_0_paper", R"({"image_size": 70})"), UsageError, "(nearest: 64 or 96)");
  EXPECT_ERROR(make_with("maxvit_tiny", R"({"image_size": 125})"), UsageError,
               "image_size = 125 is not a multiple of 32 (nearest: 96 or 128)");
  EXPECT_ERROR(make_with("maxvit_tiny_rw", R"({"image_size": 128, "window": 7})"), UsageError,
               "image_size = 128 is not a multiple of 32 x window = 224 (nearest: 224)");
  EXPECT_ERROR(make_with("maxvit_nano", R"({"image_size": 42})"), UsageError,
               "image_size = 42 is not a multiple of 8 (nearest: 40 or 48)");
  EXPECT_ERROR(make_with("swin_tiny", R"({"image_size": 3})"), UsageError,
               "image_size = 3 is less than patch_size = 4 (nearest: 4)");
  EXPECT_ERROR(make_with("resnet_15", R"({"image_size": 8})"), UsageError, "model.image_size");
}

// A suggested number must be valid.
TEST(Registry, NamesNearestNumbersWithinTheirRange) {
  EXPECT_ERROR(make_with("maxvit_tiny", R"({"image_size": 4000, "window": 40})"), UsageError,
               "image_size = 4000 is not a multiple of 32 x window = 1280 (nearest: 3840)");
  EXPECT_ERROR(make_with("maxvit_tiny", R"({"image_size": 4000, "window": 1000})"), UsageError,
               "image_size = 4000 is not a multiple of 32 x window = 32000 (none from 1 to 4096 is)");
  EXPECT_ERROR(make_with("vit_tiny", R"({"image_size": 4000, "patch_size": 1000, "embed_dim": 383})"), UsageError,
               "heads = 3 does not divide the 383 channels of a token (nearest: 1)");
  EXPECT_ERROR(make_with("vit_tiny", R"({"image_size": 4095, "patch_size": 1000})"), UsageError, "(nearest: 4000)");
  EXPECT_ERROR(make_with("effswin", R"({"front_strides": [1, 1, 1, 1, 1]})"), UsageError,
               "front_strides halve the image 0 times, fewer than split = 2 (give front stages the stride 2)");
}

TEST(Registry, RefusesInconsistentOptions) {
  EXPECT_ERROR(make_model("coatnet_O", Json::object()), UsageError, "no model \"coatnet_O\" (did you mean coatnet_0?)");
  EXPECT_ERROR(make_with("vit_tiny", R"({"patchsize": 8})"), UsageError, "patch_size");
  EXPECT_ERROR(make_with("coatnet_0", R"({"blocks": "CCTX"})"), UsageError, "may contain only C and T");
  EXPECT_ERROR(make_with("coatnet_0", R"({"stem_width": [32]})"), UsageError, "stem_width needs two numbers");
  EXPECT_ERROR(make_with("maxvit_tiny", R"({"stem_width": [64]})"), UsageError, "stem_width needs two numbers");
  EXPECT_ERROR(make_with("effswin", R"({"split": 3, "depths": [2, 2], "heads": [3, 6]})"), UsageError,
               "effswin: split = 3 leaves none of 2 Swin stages (nearest: 1)");
  EXPECT_ERROR(make_with("effswin", R"({"front_strides": [1, 2, 1, 1, 1]})"), UsageError,
               "effswin: front_strides halve the image 1 times, fewer than split = 2 (nearest: 1)");
  EXPECT_ERROR(make_with("vit_tiny", R"({"channels": 0})"), UsageError, "model.channels");
  EXPECT_ERROR(make_with("vit_tiny", R"({"drop_path": 1.5})"), UsageError, "model.drop_path");
  EXPECT_ERROR(make_with("swin_tiny", R"({"mlp_ratio": 0.5})"), UsageError, "model.mlp_ratio = 0.5 is out of range");
  EXPECT_ERROR(make_with("efficientnet_b0", R"({"expand_ratio": 17})"), UsageError, "model.expand_ratio = 17");
  EXPECT_ERROR(make_with("effswin", R"({"expand_ratio": 4})"), UsageError, "front_expand_ratio");
}

TEST(Registry, RefusesListsOfDifferentLengths) {
  EXPECT_ERROR(make_with("swin_tiny", R"({"heads": [3, 6]})"), UsageError,
               "swin: depths and heads describe 4 and 2 stages (give each the same number, 1 to 16)");
  EXPECT_ERROR(make_with("swin_tiny", R"({"depths": [], "heads": []})"), UsageError,
               "depths and heads describe 0 and 0 stages");
  EXPECT_ERROR(make_with("effswin", R"({"depths": [2, 2, 6]})"), UsageError,
               "effswin: depths and heads describe 3 and 4 stages");
  EXPECT_ERROR(make_with("effswin", R"({"front_dim": [24, 32]})"), UsageError,
               "effswin: front_dim, front_depths, front_kernels and front_strides describe 2, 5, 5 and 5 stages");
  EXPECT_ERROR(make_with("efficientnet_b0", R"({"kernels": [3]})"), UsageError,
               "efficientnet: embed_dim, depths, kernels and strides describe 7, 7, 1 and 7 stages");
  EXPECT_ERROR(make_with("davit_tiny", R"({"depths": [1, 1]})"), UsageError,
               "davit: embed_dim, depths and heads describe 4, 2 and 4 stages");
  EXPECT_ERROR(make_with("coatnet_0", R"({"depths": [2, 3]})"), UsageError,
               "coatnet: embed_dim, depths and blocks describe 4, 2 and 4 stages");
  EXPECT_ERROR(make_with("maxvit_tiny", R"({"depths": [2, 2]})"), UsageError,
               "maxvit: embed_dim and depths describe 4 and 2 stages");
  EXPECT_ERROR(make_with("resnet_15", R"({"depths": []})"), UsageError,
               "resnet_15: depths describe 0 stages (give 1 to 16)");
  // Each stage doubles the channels, which would overflow an integer.
  const std::vector<int> many(40, 1);
  EXPECT_ERROR(make_model("swin_tiny", Json{{"depths", many}, {"heads", many}}), UsageError,
               "describe 40 and 40 stages");
}

TEST(Registry, NamesTheNearestValidWidthsAndHeads) {
  EXPECT_ERROR(make_with("vit_tiny", R"({"heads": 5})"), UsageError,
               "vit: heads = 5 does not divide the 192 channels of a token (nearest: 4 or 6)");
  EXPECT_ERROR(make_with("vit_nano", R"({"heads": 65})"), UsageError, "(nearest: 64)");
  EXPECT_ERROR(make_with("swin_tiny", R"({"heads": [3, 6, 12, 25]})"), UsageError,
               "swin: heads = 25 does not divide the 768 channels of stage 3 (nearest: 24 or 32)");
  EXPECT_ERROR(make_with("effswin", R"({"heads": [3, 6, 13, 24]})"), UsageError,
               "effswin: heads = 13 does not divide the 384 channels of Swin stage 2 (nearest: 12 or 16)");
  EXPECT_ERROR(make_with("davit_tiny", R"({"heads": [5, 6, 12, 24]})"), UsageError,
               "davit: heads = 5 does not divide the 96 channels of stage 0 (nearest: 4 or 6)");
  // head_dim applies to all stages: 96 divides the channels of stage 2, but not of all stages.
  EXPECT_ERROR(make_with("coatnet_0", R"({"embed_dim": [96, 192, 384, 512], "head_dim": 96})"), UsageError,
               "coatnet: head_dim = 96 does not divide the 512 channels of stage 3 (nearest: 64)");
  EXPECT_ERROR(make_with("coatnet_0", R"({"head_dim": 128})"), UsageError,
               "coatnet: head_dim = 128 does not divide the 192 channels of the input of stage 2 (nearest: 96 or 192)");
  EXPECT_ERROR(make_with("maxvit_tiny", R"({"head_dim": 24})"), UsageError,
               "maxvit: head_dim = 24 does not divide the 64 channels of stage 0 (nearest: 16 or 32)");
  EXPECT_ERROR(make_with("efficientnet_b0", R"({"stem_width": 6})"), UsageError,
               "efficientnet: stem_width = 6 is not a multiple of 4 (nearest: 4 or 8)");
  EXPECT_ERROR(make_with("efficientnet_nano", R"({"embed_dim": [16, 24, 30, 48]})"), UsageError,
               "efficientnet: embed_dim of stage 2 = 30 is not a multiple of 4 (nearest: 28 or 32)");
  EXPECT_ERROR(make_with("effswin_nano", R"({"front_kernels": [3, 4, 5]})"), UsageError,
               "effswin: front_kernels of stage 1 = 4 is even (nearest: 3 or 5)");
}

}  // namespace
}  // namespace jetvit
