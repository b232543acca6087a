#include "run/seed_runs.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "run/recipe.h"
#include "run/run_folder.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

Json resolved(int seed, double rate) {
  return recipe_to_json(recipe_from_json({{"model", {{"name", "vit_nano"}}},
                                          {"train", {{"seed", seed}}},
                                          {"phase", {{{"optimizer", {{"lr", rate}}}}, {{"train", {{"epochs", 3}}}}}}}));
}

TEST(SeedRuns, RecipesDifferByTheirSeedAlone) {
  EXPECT_NE(resolved(1, 1e-3), resolved(2, 1e-3));
  EXPECT_EQ(without_seed(resolved(1, 1e-3)), without_seed(resolved(2, 1e-3)));
  EXPECT_NE(without_seed(resolved(1, 1e-3)), without_seed(resolved(1, 2e-3)));
}

TEST(SeedRuns, AreFoundInTheOrderOfTheirSeeds) {
  const test::TempFolder folder;
  for (const char* name : {"seed-10", "seed-9", "seed-x", "seed-1.old", "other"}) {
    std::filesystem::create_directory(folder / name);
  }
  std::ofstream(folder / "seed-3") << "a file";
  EXPECT_EQ(seed_runs(folder / "."), (std::vector<std::filesystem::path>{folder / "./seed-9", folder / "./seed-10"}));
  EXPECT_TRUE(seed_runs(folder / "none").empty());
  std::ofstream(folder / kLastFile) << "a checkpoint";
  EXPECT_TRUE(seed_runs(folder / ".").empty());
}

}  // namespace
}  // namespace jetvit
