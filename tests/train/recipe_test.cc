#include "train/recipe.h"

#include <gtest/gtest.h>

#include "base/toml.h"
#include "support/expect_error.h"

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
  EXPECT_ERROR(parse("model = {name = \"a\"}\n[optimizer]\nlr = 1"), UsageError, "did you mean \"optimiser\"?");
  EXPECT_ERROR(parse("model = {name = \"a\"}\n[train]\nprecision = \"fp8\""), UsageError, "fp32, bf16");
  EXPECT_ERROR(parse("model = {name = \"a\"}\n[train]\nbatch_size = 0"), UsageError, "out of range");
  EXPECT_ERROR(parse("model = {name = \"a\"}\n[weight]\nkind = \"flat\""), UsageError, "did you mean \"weights\"?");
  EXPECT_ERROR(parse("model = {name = \"a\"}\n[weights]\nkind = \"flatt\""), UsageError, "flat");
}

TEST(Recipe, DifferenceNamesKeyAndValues) {
  const Json before = recipe_to_json(parse("model = {name = \"a\"}"));
  const Json now = recipe_to_json(parse("model = {name = \"a\"}\n[optimiser]\nlr = 0.5"));
  EXPECT_EQ(first_difference(now, before), "optimiser.lr is 0.5, was 0.001");
}

TEST(Recipe, EveryShippedRecipeReads) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(JETVIT_SOURCE_DIR "/recipes")) {
    if (entry.path().extension() != ".toml") continue;
    EXPECT_NO_THROW(read_recipe(entry.path(), {})) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 7);
}

}  // namespace
}  // namespace jetvit
