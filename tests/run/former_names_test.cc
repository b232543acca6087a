// Files of version 0.1 (tests/fixtures/version_0_1), which used "optimiser" and "stage" for "optimizer" and "phase".
// tests/cli/former_runs.py resumes its runs.
#include "run/former_names.h"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "base/text.h"
#include "run/checkpoint.h"
#include "run/learning_log.h"
#include "run/recipe.h"
#include "run/run_folder.h"
#include "run/run_log.h"
#include "run/run_record.h"
#include "run/trained_model.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

const std::filesystem::path kFixture = std::filesystem::path(JETVIT_SOURCE_DIR) / "tests/fixtures/version_0_1";
const std::filesystem::path kStoppedInEpoch = kFixture / "stopped_in_epoch",
                            kStoppedInPhase = kFixture / "stopped_in_stage";

// Whether a key of the document, at any depth, is a former name.
bool has_former_name(const Json& json) {
  if (json.is_object() && (json.contains("optimiser") || json.contains("stage"))) return true;
  return json.is_structured() && std::any_of(json.begin(), json.end(), has_former_name);
}

// A recipe of version 0.1 with the current names.
std::filesystem::path current_recipe(const std::string& name, const test::TempFolder& folder) {
  std::ifstream former(kFixture / name);
  std::ofstream current(folder / name);
  std::string line;
  while (std::getline(former, line)) {
    if (line == "[[stage]]") line = "[[phase]]";
    if (line.starts_with("optimiser")) line.replace(0, std::string("optimiser").size(), "optimizer");
    current << line << '\n';
  }
  return folder / name;
}

TEST(FormerNames, CheckpointsAreTranslated) {
  for (const auto& [run, phase] : {std::pair(kStoppedInEpoch, 0), std::pair(kStoppedInPhase, 1)}) {
    const Checkpoint last = read_checkpoint(run / kLastFile);
    EXPECT_FALSE(has_former_name(to_json(last.about))) << run;
    EXPECT_EQ(last.about.position.phase, phase);
    EXPECT_EQ(last.about.recipe.contains("phase"), phase > 0);
    EXPECT_FALSE(with_prefix(last.tensors, "optimizer.").empty());
    EXPECT_TRUE(with_prefix(last.tensors, "optimiser.").empty());
  }
}

TEST(FormerNames, RecipesOfRunsGetTheCurrentNames) {
  const test::TempFolder folder;
  for (const auto& [run, recipe] :
       {std::pair(kStoppedInEpoch, "epoch.toml"), std::pair(kStoppedInPhase, "stages.toml")}) {
    const Json before = recipe_to_json(recipe_from_json(read_checkpoint(run / kLastFile).about.recipe));
    const Json now = recipe_to_json(read_recipe(current_recipe(recipe, folder), {"train.drop_last=true"}));
    EXPECT_EQ(first_difference(now, before), "");
  }
}

TEST(FormerNames, RecipesAndOverridesMustNotUseThem) {
  const test::TempFolder folder;
  EXPECT_ERROR(read_recipe(kFixture / "epoch.toml", {}), UsageError, "\"optimiser\" is now called \"optimizer\"");
  EXPECT_ERROR(read_recipe(kFixture / "stages.toml", {}), UsageError, "is now called");
  std::ofstream(folder / "staged.toml") << "model = {name = \"vit_nano\"}\n[[stage]]\nname = \"first\"\n";
  EXPECT_ERROR(read_recipe(folder / "staged.toml", {}), UsageError, "\"stage\" is now called \"phase\"");
  std::ofstream(folder / "inside.toml") << "model = {name = \"vit_nano\"}\n[[phase]]\noptimiser = {lr = 1}\n";
  EXPECT_ERROR(read_recipe(folder / "inside.toml", {}), UsageError, "is now called \"optimizer\"");
  const std::filesystem::path phased = current_recipe("stages.toml", folder);
  EXPECT_ERROR(read_recipe(phased, {"optimiser.lr=1"}), UsageError, "is now called \"optimizer\"");
  EXPECT_ERROR(read_recipe(phased, {"stage.2.train.epochs=1"}), UsageError, "is now called \"phase\"");
  EXPECT_ERROR(read_recipe(phased, {"phase.2.optimiser.lr=1"}), UsageError, "is now called \"optimizer\"");
  EXPECT_EQ(read_recipe(phased, {"phase.2.train.epochs=1"}).phases.at(1).train.epochs, 1);
}

TEST(FormerNames, LogsContinueWithTheCurrentKeys) {
  const test::TempFolder folder;
  std::filesystem::copy(kStoppedInPhase / kMetricsFile, folder / kMetricsFile);
  const RunLog log(folder.path(), 3);
  ASSERT_EQ(log.rows().size(), 3U);
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_FALSE(has_former_name(log.rows()[row]));
    EXPECT_EQ(log.rows()[row].at("phase"), row < 2 ? 1 : 2);
    EXPECT_EQ(log.rows()[row].begin().key(), "epoch");  // the order does not change
  }
  EXPECT_EQ(read_learning_log(kStoppedInPhase / kMetricsFile, "run").validation_auc.size(), 3U);
}

TEST(FormerNames, RecordAndBestWeightsAreFound) {
  const test::TempFolder folder;
  EXPECT_EQ(read_recorded_run(kStoppedInPhase).threads, 1);
  EXPECT_EQ(read_recorded_run(folder.path()).threads, std::nullopt);
  EXPECT_EQ(best_of_phase_path(kStoppedInPhase, 2), kStoppedInPhase / "best_of_stage_2.safetensors");
  EXPECT_EQ(best_of_phase_path(kStoppedInPhase, 3), kStoppedInPhase / best_of_phase_file(3));
  for (const int phase : {1, 2}) {
    const std::string former = text("best_of_stage_", phase, ".safetensors");
    std::filesystem::copy(kStoppedInPhase / former, folder / former);
  }
  std::ofstream(folder / best_of_phase_file(2)) << "later";  // as written when the phase improves
  EXPECT_EQ(best_of_phase_path(folder.path(), 2), folder / best_of_phase_file(2));
  remove_former_run(folder.path());
  EXPECT_EQ(test::files_in(folder.path()), 0U);
}

TEST(FormerNames, UnfinishedRunsHaveUsableModels) {
  for (const auto& [run, name] :
       {std::pair(kStoppedInEpoch, "swin_nano"), std::pair(kStoppedInPhase, "effswin_nano")}) {
    const TrainedModel model = load_trained_model(run / kLastFile);
    EXPECT_EQ(model.model_name, name);
    EXPECT_EQ(model.model_options.at("embed_dim"), 8);
    EXPECT_EQ(model.image.size, 24);
    EXPECT_FALSE(has_former_name(model.recipe));
  }
}

}  // namespace
}  // namespace jetvit
