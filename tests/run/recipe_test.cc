#include "run/recipe.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/toml.h"
#include "model/registry.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

Recipe parse(const std::string& document) {
  return recipe_from_json(parse_toml(document, "test.toml"));
}

TEST(Recipe, ResolvedRecipeReadsBackEqual) {
  const Recipe recipe = parse(R"(
    model = {name = "vit_nano", patch_size = 8}
    [image]
    size = 64
    [augment]
    horizontal_flip = 0.5
    mixup = 0.8
    cutmix = 1.0
    mix_probability = 0.5
    [weights]
    kind = "flat"
    bins = [80, 100.5, 170]
    largest = 20
    [train]
    sampling = "weighted"
    [schedule]
    kind = "step"
    milestones = [10, 20])");
  EXPECT_EQ(recipe.image.size, 64);
  EXPECT_EQ(recipe.model_options.at("patch_size"), 8);
  EXPECT_EQ(recipe.weights.bins, (std::vector<double>{80, 100.5, 170}));
  const Json resolved = recipe_to_json(recipe);
  EXPECT_EQ(resolved.at("weights").at("largest"), 20);
  EXPECT_EQ(resolved.at("train").at("sampling"), "weighted");
  EXPECT_EQ(resolved.at("augment").at("mixup"), 0.8);
  EXPECT_EQ(first_difference(recipe_to_json(recipe_from_json(resolved)), resolved), "");
}

TEST(Recipe, MistakesNameTheRightKey) {
  EXPECT_ERROR(parse("[train]\nepochs = 1"), UsageError, "names no model");
  EXPECT_ERROR(parse("model = {name = \"a\"}\n[train]\nepoch = 1"), UsageError, "did you mean \"train.epochs\"?");
  EXPECT_ERROR(parse("model = {name = \"a\"}\n[optimizr]\nlr = 1"), UsageError, "did you mean \"optimizer\"?");
  EXPECT_ERROR(parse("model = {name = \"a\"}\n[train]\nprecision = \"fp8\""), UsageError, "fp32, tf32, bf16, fp16");
  EXPECT_ERROR(parse("model = {name = \"a\"}\n[train]\nbatch_size = 0"), UsageError, "out of range");
  EXPECT_ERROR(parse("model = {name = \"a\"}\n[weight]\nkind = \"flat\""), UsageError, "did you mean \"weights\"?");
  EXPECT_ERROR(parse("model = {name = \"a\"}\n[weights]\nkind = \"flatt\""), UsageError, "flat");
}

TEST(Recipe, DifferenceNamesKeyAndValues) {
  const Json before = recipe_to_json(parse("model = {name = \"a\"}"));
  const Json now = recipe_to_json(parse("model = {name = \"a\"}\n[optimizer]\nlr = 0.5"));
  EXPECT_EQ(first_difference(now, before), "optimizer.lr is 0.5, was 0.001");
}

constexpr const char* kPhases = R"(
    model = {name = "effswin", split = 1}
    train = {epochs = 10, batch_size = 8}
    [[phase]]
    name = "swin"
    model = {name = "swin_tiny"}
    train = {epochs = 20}
    [[phase]]
    model = {window = 8}
    freeze = ["layers.*"]
    freeze_batch_norm = true)";

TEST(Recipe, PhaseIsTheCompleteRecipeWithItsOverrides) {
  const Recipe recipe = parse(kPhases);
  ASSERT_EQ(recipe.phases.size(), 2U);
  EXPECT_EQ(recipe.phases[0].phase.name, "swin");
  EXPECT_EQ(recipe.phases[0].model_name, "swin_tiny");
  EXPECT_TRUE(recipe.phases[0].model_options.empty()) << "options of another model";
  EXPECT_EQ(recipe.phases[0].train.epochs, 20);
  EXPECT_EQ(recipe.phases[0].train.batch_size, 8);
  EXPECT_EQ(recipe.phases[1].model_name, "effswin");
  EXPECT_EQ(recipe.phases[1].model_options, Json::parse(R"({"split": 1, "window": 8})"));
  EXPECT_EQ(recipe.phases[1].train.epochs, 10);
  EXPECT_TRUE(recipe.phases[1].phase.freeze_batch_norm);
  const Json resolved = recipe_to_json(recipe);
  EXPECT_EQ(first_difference(recipe_to_json(recipe_from_json(resolved)), resolved), "");
  EXPECT_FALSE(recipe_to_json(parse("model = {name = \"a\"}")).contains("phase"));
}

TEST(Recipe, MistakesInAPhaseNamePhaseAndKey) {
  const auto with = [](const std::string& more) { return parse(kPhases + more); };
  EXPECT_ERROR(with("\n[phase.train]\nepoch = 1"), UsageError, "phase 2: unknown key \"train.epoch\"");
  EXPECT_ERROR(with("\n[[phase]]\nfreze = []"), UsageError,
               "phase 3: unknown key \"freze\" (did you mean \"freeze\"?)");
  EXPECT_ERROR(with("\n[[phase]]\noptimizr = {lr = 1}"), UsageError, "did you mean \"optimizer\"?");
  EXPECT_ERROR(with("\n[[phase]]\ntrain = 3"), UsageError, "phase 3: train = 3 is not a table");
  EXPECT_ERROR(with("\n[[phase]]\nfreeze = 3"), UsageError, "phase 3: freeze = 3 is not a list");
  EXPECT_ERROR(with("\n[[phase]]\ntransform = {split_signed = false}"), UsageError, "unknown key \"transform\"");
  EXPECT_ERROR(parse("phase = 3\nmodel = {name = \"a\"}"), UsageError, "phase is not a list of tables");
  std::string many = kPhases;
  for (int phase = 0; phase < 31; ++phase) many += "\n[[phase]]";
  EXPECT_ERROR(parse(many), UsageError, "33 phases (at most 32)");
}

TEST(Recipe, OverridesApplyToEveryPhaseOrToOne) {
  const test::TempFolder folder;
  std::ofstream(folder / "recipe.toml") << kPhases;
  const auto read = [&folder](std::vector<std::string> overrides) {
    return read_recipe(folder / "recipe.toml", overrides);
  };
  const Recipe all = read({"train.epochs=3", "optimizer.lr=0.5"});
  EXPECT_EQ(all.phases[0].train.epochs, 3);
  EXPECT_EQ(all.phases[1].train.epochs, 3);
  EXPECT_EQ(all.phases[0].optimizer.lr, 0.5);
  const Recipe second = read({"train.epochs=3", "phase.2.train.epochs=4"});
  EXPECT_EQ(second.phases[0].train.epochs, 3);
  EXPECT_EQ(second.phases[1].train.epochs, 4);
  for (const char* wrong :
       {"phase.0.train.epochs=4", "phase.3.train.epochs=4", "phase.x.train.epochs=4", "phase.1=4"}) {
    EXPECT_ERROR(read({wrong}), UsageError, "no such table");
  }
  EXPECT_EQ(first_difference(recipe_to_json(second), recipe_to_json(all)), "optimizer.lr is 0.001, was 0.5");
  EXPECT_EQ(first_difference(recipe_to_json(second), recipe_to_json(read({"train.epochs=3"}))),
            "phase.2.train.epochs is 4, was 3");
}

TEST(Recipe, EveryShippedRecipeCanBeRead) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(JETVIT_SOURCE_DIR "/recipes")) {
    if (entry.path().extension() != ".toml") continue;
    EXPECT_NO_THROW(read_recipe(entry.path(), {})) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 7);
}

TEST(Recipe, EveryModelHasOneForEachDataSet) {
  const std::filesystem::path folder = JETVIT_SOURCE_DIR "/recipes";
  for (const ModelInfo& info : model_list()) {
    SCOPED_TRACE(info.name);
    if (info.name.ends_with("nano")) {
      EXPECT_EQ(read_recipe(folder / "demo" / (info.name + ".toml"), {}).model_name, info.name);
      continue;
    }
    for (const char* data : {"quark_gluon", "boosted_top"}) {
      EXPECT_EQ(read_recipe(folder / data / (info.name + ".toml"), {}).model_name, info.name) << data;
    }
  }
}

}  // namespace
}  // namespace jetvit
