#include "model/io/pretrained.h"

#include <algorithm>
#include <limits>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "base/digest.h"
#include "base/text.h"
#include "model/io/safetensors.h"
#include "model/io/weights.h"
#include "model/registry.h"
#include "support/expect_error.h"
#include "support/filled_model.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Weights = std::map<std::string, at::Tensor>;

std::unique_ptr<Model> make(const std::string& name, const char* options = "{}") {
  return make_model(name, Json::parse(options));
}

Weights copied(const Module& model) {
  Weights copies;
  for (const auto& [name, tensor] : named_weights(model)) copies[name] = tensor.detach().clone();
  return copies;
}

// A file with the weights of the model, all equal to `value`.
Weights filled(const Module& model, double value) {
  Weights copies;
  for (const auto& [name, tensor] : named_weights(model)) copies[name] = at::full(tensor.sizes(), value);
  return copies;
}

PretrainedReport load(Model& model, const Weights& weights) {
  return load_pretrained(model, weights, "timm", "w.safetensors");
}

TEST(Pretrained, EveryModelAdaptsItsInputAndReplacesItsClassifier) {
  for (const ModelInfo& info : model_list()) {
    const bool small = info.name.ends_with("_nano") || info.name == "resnet_15";
    if (!small) continue;
    SCOPED_TRACE(info.name);
    const std::unique_ptr<Model> source = make(info.name, R"({"channels": 3, "outputs": 7})");
    const std::unique_ptr<Model> model = make(info.name, R"({"channels": 5, "outputs": 2})");
    const Weights before = copied(*model);
    const Weights weights = copied(*source);
    const PretrainedReport report = load(*model, weights);
    ASSERT_EQ(report.adapted.size(), 1U);
    EXPECT_EQ(report.adapted[0].how, "3 to 5 input channels (timm)");
    EXPECT_EQ(report.replaced.size(), 2U);
    EXPECT_THAT(report.classifier, HasSubstr("replaced (7 outputs in the file, 2 in the model)"));
    EXPECT_THAT(report.missing, IsEmpty());
    EXPECT_THAT(report.unexpected, IsEmpty());
    EXPECT_EQ(report.loaded.size(), weights.size() - 3);
    const Weights after = named_weights(*model);
    for (const std::string& name : report.loaded) EXPECT_TRUE(at::equal(after.at(name), weights.at(name))) << name;
    for (const std::string& name : report.replaced) EXPECT_TRUE(at::equal(after.at(name), before.at(name))) << name;
  }
}

TEST(Pretrained, WeightsOfTheSameModelAreLoadedCompletely) {
  const test::TempFolder folder;
  const std::string file = folder / "w.safetensors";
  const std::unique_ptr<Model> source = make("coatnet_nano");
  write_safetensors(file, {named_weights(*source), {}});
  const std::unique_ptr<Model> model = make("coatnet_nano");
  const PretrainedReport report = load_pretrained(*model, {.file = file});
  EXPECT_EQ(report.loaded.size(), named_weights(*source).size());
  EXPECT_EQ(report.classifier, "head.fc: loaded (1 output in both)");
  EXPECT_EQ(report.sha256, sha256_of_file(file));
  EXPECT_EQ(report.share, 1);
  for (const auto& [name, tensor] : named_weights(*source)) {
    EXPECT_TRUE(at::equal(named_weights(*model).at(name), tensor)) << name;
  }
}

TEST(Pretrained, PartsAreReported) {
  const std::unique_ptr<Model> model = make("vit_nano");
  const Weights before = copied(*model);
  Weights weights = filled(*model, 0.5);
  weights.erase("blocks.3.mlp.fc2.bias");
  weights.erase("head.weight");
  weights.erase("head.bias");
  weights["pre_logits.weight"] = at::ones({3});
  weights["norm.num_batches_tracked"] = at::ones({}, at::kLong);
  weights["blocks.0.attn.relative_position_index"] = at::ones({4}, at::kLong);
  const PretrainedReport report = load(*model, weights);
  EXPECT_THAT(report.missing, ElementsAre("blocks.3.mlp.fc2.bias", "head.weight", "head.bias"));
  EXPECT_THAT(report.unexpected, ElementsAre("pre_logits.weight"));
  EXPECT_THAT(report.classifier, HasSubstr("not in the file"));
  EXPECT_LT(report.share, 1);
  for (const auto& [name, tensor] : named_weights(*model)) {
    const auto in_file = weights.find(name);
    EXPECT_TRUE(at::equal(tensor, in_file == weights.end() ? before.at(name) : in_file->second)) << name;
  }
  const std::string reported = join(summary_lines(report), "\n");
  EXPECT_THAT(reported, HasSubstr("0 adapted, 0 replaced, 3 missing; 1 unexpected"));
  EXPECT_THAT(reported, HasSubstr("blocks.3.mlp.fc2.bias, head.weight, head.bias"));
  EXPECT_THAT(reported, HasSubstr("unexpected, left out: pre_logits.weight"));
  EXPECT_EQ(to_json(report)["missing"].size(), 3U);
}

TEST(Pretrained, PrefixesOfWrappersAreTakenOff) {
  const std::unique_ptr<Model> model = make("vit_nano");
  const Weights plain = filled(*model, 0.5);
  for (const char* prefix : {"module.", "_orig_mod.", "model.", "module._orig_mod.", "_orig_mod.module.model."}) {
    SCOPED_TRACE(prefix);
    Weights wrapped;
    for (const auto& [name, tensor] : plain) wrapped[name.starts_with("head") ? name : prefix + name] = tensor;
    const PretrainedReport report = load(*model, wrapped);
    EXPECT_EQ(report.loaded.size(), plain.size());
    EXPECT_EQ(report.share, 1);
    ASSERT_EQ(report.prefixes.size(), 1U);
    EXPECT_EQ(report.prefixes.at(prefix), plain.size() - 2);
    EXPECT_THAT(join(summary_lines(report), "\n"), HasSubstr(text("the prefix \"", prefix, "\" was taken off ")));
  }
  Weights twice = plain;
  twice["module.norm.weight"] = plain.at("norm.weight");
  EXPECT_ERROR(load(*model, twice), Error, "has two tensors \"norm.weight\", with and without prefixes");
}

TEST(Pretrained, NearlyNothingIsRefusedAndNotCopied) {
  const std::unique_ptr<Model> model = make("vit_nano");
  const Weights before = copied(*model);
  const Weights weights = filled(*model, 0.5);
  for (const char* only : {"head.weight", "norm.weight"}) {
    EXPECT_ERROR(load(*model, {{only, weights.at(only)}}), Error, "only 1 of its 1 tensors fit the model, 0.0");
  }
  for (const auto& [name, tensor] : named_weights(*model)) EXPECT_TRUE(at::equal(tensor, before.at(name))) << name;
}

TEST(Pretrained, ImageAndWindowOfAnotherSizeAreNamed) {
  const std::unique_ptr<Model> vit = make("vit_nano", R"({"image_size": 36})");
  const PretrainedReport positions = load(*vit, filled(*make("vit_nano"), 1));
  ASSERT_EQ(positions.adapted.size(), 1U);
  EXPECT_EQ(positions.adapted[0].how, "8 x 8 to 6 x 6 positions");
  const std::unique_ptr<Model> swin = make("swin_nano", R"({"window": 4})");
  const PretrainedReport tables = load(*swin, filled(*make("swin_nano"), 1));
  EXPECT_EQ(tables.adapted.size(), 6U);
  EXPECT_THAT(join(summary_lines(tables), "\n"),
              HasSubstr("adapted, window 6 to 4: layers.0.blocks.0.attn.relative_position_bias_table"));
}

TEST(Pretrained, SwinFillsTheLaterStagesOfTheHybrid) {
  const std::unique_ptr<Model> hybrid = make("effswin_nano");
  const PretrainedReport report = load(*hybrid, filled(*make("swin_nano"), 0.25));
  EXPECT_GT(report.loaded.size(), 40U);
  EXPECT_THAT(report.unexpected, ::testing::Contains("layers.1.downsample.norm.weight"));
  for (const std::string& name : report.missing) EXPECT_TRUE(name.starts_with("patch_embed.")) << name;
}

TEST(Pretrained, EfficientNetFillsTheFrontEndOfTheHybrid) {
  const std::unique_ptr<Model> hybrid = make("effswin_nano", R"({"channels": 5})");
  const Weights before = copied(*hybrid);
  const Weights weights = copied(*test::filled_model("efficientnet_nano", Json::object()));
  const PretrainedReport report = load(*hybrid, weights);
  // Both stems, and all blocks except the second one of stage 1, which this EfficientNet does not have.
  const std::string front = "patch_embed.feature_extractor.";
  for (const auto& [name, tensor] : named_weights(*hybrid)) {
    const bool missing = !name.starts_with(front) || name.starts_with(front + "blocks.1.1.");
    EXPECT_EQ(std::count(report.missing.begin(), report.missing.end(), name), missing ? 1 : 0) << name;
    if (name == front + "conv_stem.weight") continue;  // has three channels
    EXPECT_TRUE(at::equal(tensor, missing ? before.at(name) : weights.at(name.substr(front.size())))) << name;
  }
  ASSERT_EQ(report.adapted.size(), 1U);
  EXPECT_EQ(report.adapted[0].name, front + "conv_stem.weight");
  // With their names in the file.
  for (const char* name : {"blocks.3.0.conv_pw.weight", "conv_head.weight", "classifier.bias"}) {
    EXPECT_THAT(report.unexpected, ::testing::Contains(name));
  }
  EXPECT_EQ(report.loaded.size() + report.adapted.size() + report.unexpected.size(), weights.size());
}

TEST(Pretrained, NamesOfSwinsFirstReleaseAreRead) {
  const std::unique_ptr<Model> model = make("swin_nano");
  const Weights today = copied(*make("swin_nano"));
  Weights first;
  for (const auto& [name, tensor] : today) {
    std::string old = name;
    for (const auto& [now, then] : std::map<std::string, std::string>{{"layers.1.downsample", "layers.0.downsample"},
                                                                      {"layers.2.downsample", "layers.1.downsample"},
                                                                      {"head.fc", "head"}}) {
      if (name.starts_with(now)) old = then + name.substr(now.size());
    }
    first[old] = tensor;
  }
  first["layers.0.blocks.1.attn_mask"] = at::zeros({2});
  const PretrainedReport report = load(*model, first);
  EXPECT_EQ(report.loaded.size(), today.size());
  EXPECT_THAT(report.unexpected, IsEmpty());
  for (const auto& [name, tensor] : named_weights(*model)) EXPECT_TRUE(at::equal(tensor, today.at(name))) << name;
}

TEST(Pretrained, LinearLayersAndPointwiseConvolutionsAreExchangeable) {
  const std::unique_ptr<Model> model = make("coatnet_nano");
  Weights weights = copied(*make("coatnet_nano"));
  const std::string name = "stages.2.blocks.0.attn.qkv.weight";
  const at::Tensor convolution = weights.at(name);
  weights[name] = convolution.flatten(1);
  const PretrainedReport report = load(*model, weights);
  ASSERT_EQ(report.adapted.size(), 1U);
  EXPECT_EQ(report.adapted[0].how, "linear layer to 1 x 1 convolution");
  EXPECT_TRUE(at::equal(named_weights(*model).at(name), convolution));
}

TEST(Pretrained, OtherFloatTypesAreConverted) {
  const std::unique_ptr<Model> model = make("vit_nano", R"({"channels": 1, "image_size": 36})");
  Weights halves;
  for (const auto& [name, tensor] : filled(*make("vit_nano"), 0.125)) halves[name] = tensor.to(at::kHalf);
  load(*model, halves);
  for (const auto& [name, tensor] : named_weights(*model)) EXPECT_EQ(tensor.scalar_type(), at::kFloat) << name;
  EXPECT_TRUE(at::equal(named_weights(*model).at("norm.bias"), at::full({64}, 0.125)));
}

TEST(Pretrained, WhatCannotBeAdaptedIsNamedAndNothingIsCopied) {
  const std::unique_ptr<Model> model = make("vit_nano");
  const Weights before = copied(*model);
  const Weights whole = filled(*model, 0);
  const auto with = [&whole](const std::string& name, const at::Tensor& tensor) {
    Weights changed = whole;
    changed[name] = tensor;
    return changed;
  };
  EXPECT_ERROR(load(*model, with("blocks.0.norm1.weight", at::zeros({32}))), Error,
               "w.safetensors: tensor \"blocks.0.norm1.weight\" has the shape (32), but the model needs (64)");
  EXPECT_ERROR(load(*model, with("pos_embed", at::zeros({1, 64, 64}))), Error,
               "tensor \"pos_embed\" has the shape (1, 64, 64), but the model needs (1, 65, 64)");
  EXPECT_ERROR(load(*model, with("patch_embed.proj.weight", at::zeros({64, 3, 64, 64}))), Error,
               "has the shape (64, 3, 64, 64), but the model needs (64, 3, 6, 6)");
  EXPECT_ERROR(load(*model, with("patch_embed.proj.weight", at::zeros({64, 0, 6, 6}))), Error, "(64, 0, 6, 6)");
  EXPECT_ERROR(load(*model, with("head.weight", at::zeros({1, 32}))), Error, "the model needs (1, 64)");
  EXPECT_ERROR(load(*model, with("norm.bias", at::zeros({64}, at::kLong))), Error, "holds Long values");
  EXPECT_ERROR(load(*model, with("norm.bias", at::full({64}, std::numeric_limits<double>::quiet_NaN()))), Error,
               "\"norm.bias\" holds values that are not finite");
  EXPECT_ERROR(load(*model, {{"backbone.cls_token", at::zeros({1, 1, 64})}}), Error,
               "none of its 1 tensors fits the model (it has \"backbone.cls_token\", the model \"cls_token\") choose");
  EXPECT_ERROR(load(*model, {}), Error, "none of its 0 tensors fits");
  const std::unique_ptr<Model> swin = make("swin_nano");
  const std::string table = "layers.0.blocks.0.attn.relative_position_bias_table";
  EXPECT_ERROR(load(*swin, {{table, at::zeros({120, 1})}}), Error,
               "has the shape (120, 1), but the model needs (121, 1)");
  EXPECT_ERROR(load(*swin, {{table, at::zeros({0, 1})}}), Error, "has the shape (0, 1)");
  for (const auto& [name, tensor] : named_weights(*model)) EXPECT_TRUE(at::equal(tensor, before.at(name))) << name;
}

}  // namespace
}  // namespace jetvit
