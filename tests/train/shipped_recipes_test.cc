// Every recipe of recipes/ trains: its model at its image size, on jets of the detector's size, phase by phase.
#include <algorithm>

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "model/registry.h"
#include "support/random_jets.h"
#include "support/temp_folder.h"
#include "train/trainer.h"

namespace jetvit {
namespace {

constexpr int kSteps = 2;

struct Enough {};

std::vector<std::filesystem::path> recipe_files(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(text(JETVIT_SOURCE_DIR "/recipes/", folder))) {
    if (entry.path().extension() == ".toml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  EXPECT_FALSE(paths.empty()) << folder;
  return paths;
}

// Jets to train on: none is validated.
TrainingData jets_for(const Recipe& recipe, bool top, int count) {
  const std::vector<Channel> channels = top ? boosted_top_channels() : quark_gluon_channels();
  const ChannelStatistics statistics = {.standard_deviation = 1, .maximum = 10};
  TrainingData data{"jets", {}, "", nullptr, nullptr, {}, {}};
  data.transform = make_input_transform(channels, std::vector<ChannelStatistics>(channels.size(), statistics),
                                        recipe.transform.functions, recipe.transform.split_signed, 0);
  data.train = std::make_shared<JetRecords>(
      test::random_jets(static_cast<std::size_t>(count), {static_cast<int>(channels.size()), 125, 125}, 1));
  return data;
}

// Two steps, which throw where the loss is not finite; then every parameter that trains is finite and another.
void train_two_steps(Recipe recipe, bool top, int batch_size) {
  recipe.train.batch_size = batch_size;
  // A block that every image skips would not move.
  Json& options = recipe.model_options;
  if (resolved_model_options(recipe.model_name, options).contains("drop_path")) options["drop_path"] = 0;
  const test::TempFolder folder;
  Trainer trainer(recipe, jets_for(recipe, top, kSteps * batch_size), folder.path());
  std::map<std::string, at::Tensor> before;
  for (const auto& [name, tensor] : trainer.model().parameters()) before[name] = tensor.detach().clone();
  EXPECT_THROW(trainer.run([&trainer] { return trainer.state().step == kSteps ? throw Enough() : 0; }), Enough);
  for (const auto& [name, tensor] : trainer.model().parameters()) {
    EXPECT_TRUE(tensor.isfinite().all().item<bool>()) << name;
    EXPECT_EQ(at::equal(tensor, before.at(name)), !tensor.requires_grad()) << name;
  }
}

void train_recipes(const std::string& folder, int batch_size) {
  for (const std::filesystem::path& path : recipe_files(folder)) {
    SCOPED_TRACE(path.string());
    const bool top = folder == "boosted_top" || path.stem().string().ends_with("top");
    const Recipe recipe = read_recipe(path, {});
    if (recipe.phases.empty()) {
      train_two_steps(recipe, top, batch_size);
      continue;
    }
    const test::TempFolder run;
    const Trainer whole(recipe, jets_for(recipe, top, 2), run.path());
    for (std::size_t phase = 1; phase < recipe.phases.size(); ++phase) {
      EXPECT_GT(whole.phases()[phase].taken, 0U) << "phase " << phase + 1;
    }
    for (const Recipe& phase : recipe.phases) train_two_steps(phase, top, batch_size);
  }
}

TEST(ShippedRecipes, DemoTrains) {
  train_recipes("", 2);
  train_recipes("demo", 2);
}

TEST(ShippedRecipes, QuarkGluonTrains) {
  train_recipes("quark_gluon", 1);
}

TEST(ShippedRecipes, BoostedTopTrains) {
  train_recipes("boosted_top", 1);
}

}  // namespace
}  // namespace jetvit
