// Steps whose layers are computed twice, against steps that keep all activations.
#include "model/recompute.h"

#include <map>
#include <memory>
#include <string>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "model/io/weights.h"
#include "model/registry.h"
#include "support/expect_error.h"
#include "support/images_of.h"
#include "train/freeze.h"
#include "train/seed_random.h"
#include "train/step_memory.h"
#include "train/train_step.h"

namespace jetvit {
namespace {

constexpr std::int64_t kJets = 4;
constexpr const char* kModels[] = {"vit_nano",     "swin_nano",  "coatnet_nano", "efficientnet_nano",
                                   "effswin_nano", "davit_nano", "maxvit_nano",  "resnet_15"};

std::unique_ptr<Model> model_of(const std::string& name) {
  Json options = {{"dropout", 0.2}};
  if (name != "resnet_15") options["drop_path"] = 0.2;
  seed_random(1, kInitialization, 0);
  std::unique_ptr<Model> model = make_model(name, options);
  model->train(true);
  return model;
}

// The weights and running statistics after two steps, and the sum of the losses.
std::map<std::string, at::Tensor> after_two_steps(const std::string& name, const std::string& level,
                                                  const std::string& precision, const std::string& frozen = "") {
  const std::unique_ptr<Model> model = model_of(name);
  if (!frozen.empty()) freeze(*model, frozen_parameters(*model, {frozen}), false);
  Recipe recipe;
  recipe.train.recompute = level;
  ComputeOptions compute;
  compute.precision = precision_from_name(precision);
  TrainStep step(*model, nullptr, recipe, compute);
  step.loss().begin(0, 0);
  Batch batch;
  batch.images = test::images_of(*model, "x", kJets);
  batch.targets = test::hash_tensor("targets", {kJets}).gt(0).to(at::kFloat);
  batch.weights = test::hash_tensor("weights", {kJets}).abs() + 0.1;
  for (std::size_t jet = 0; jet < kJets; ++jet) batch.jets.push_back(jet);
  for (int number = 0; number < 2; ++number) {
    seed_random(1, 0, number);  // of dropout and drop path
    step.run(batch, {.lr = 1e-3});
  }
  std::map<std::string, at::Tensor> state = named_weights(*model);
  state["loss"] = at::full({}, step.loss().read().loss, at::kDouble);
  return state;
}

void expect_same_steps(const std::string& name, const std::string& level, const std::string& precision,
                       const std::string& frozen = "") {
  const auto expected = after_two_steps(name, "none", precision, frozen);
  for (const auto& [key, tensor] : after_two_steps(name, level, precision, frozen)) {
    EXPECT_TRUE(at::equal(tensor, expected.at(key))) << name << " " << level << " " << precision << ": " << key;
  }
}

// Bit for bit: with dropout, drop path and batch norms.
TEST(Recompute, StepsAreThoseThatKeepAllActivations) {
  for (const std::string name : kModels) {
    for (const char* precision : {"fp32", "bf16"}) expect_same_steps(name, "blocks", precision);
    if (name != "vit_nano" && name != "resnet_15") expect_same_steps(name, "stages", "fp32");
  }
}

// A block whose input needs no gradient has parameters that do.
TEST(Recompute, FrozenLayersBeforeABlockStopNoGradient) {
  expect_same_steps("vit_nano", "blocks", "fp32", "patch_embed.*");
  expect_same_steps("coatnet_nano", "stages", "fp32", "stem.*");
}

TEST(Recompute, TakesLessMemory) {
  for (const std::string name : kModels) {
    const auto per_jet = [&](const std::string& level) {
      const std::unique_ptr<Model> model = model_of(name);
      Recipe recipe;
      recipe.train.recompute = level;
      return measure_step_memory(*model, recipe, {}).per_jet;
    };
    EXPECT_LT(per_jet("blocks"), 0.95 * per_jet("none")) << name;  // 0.94 in resnet_15, least of all
  }
}

TEST(Recompute, LayersOfALevel) {
  const std::unique_ptr<Model> vit = model_of("vit_nano");
  EXPECT_TRUE(RecomputedLayers(*vit, "none").empty());
  EXPECT_ERROR(RecomputedLayers(*vit, "stages"), UsageError, "train.recompute = \"stages\": the model has no stages");
  const std::unique_ptr<Model> coatnet = model_of("coatnet_nano");
  EXPECT_EQ(RecomputedLayers(*coatnet, "stages").size(), 3U);  // depths 1, 1, 2
  EXPECT_EQ(RecomputedLayers(*coatnet, "blocks").size(), 4U);
}

}  // namespace
}  // namespace jetvit
