// The recipes of the published trainings against their numbers: study_recipes.json says where each comes from.
#include <algorithm>

#include <gtest/gtest.h>

#include "base/file.h"
#include "model/registry.h"
#include "train/recipe.h"

namespace jetvit {
namespace {

const std::string kRecipes = JETVIT_SOURCE_DIR "/recipes/";

Json read_study() {
  const std::filesystem::path path = JETVIT_SOURCE_DIR "/tests/train/study_recipes.json";
  return parse_json(read_text_file(path, 1 << 20), path.string());
}

// A row with everything that it has from others.
Json whole_row(const Json& study, const std::string& name) {
  const Json& row = study.at("recipes").at(name);
  Json whole = row.contains("like") ? whole_row(study, row.at("like").get<std::string>()) : study.at("every");
  whole.merge_patch(row);
  return whole;
}

// Every number of the row is that of the training.
void expect_row(const Json& row, const Recipe& recipe) {
  Json resolved = recipe_to_json(recipe);
  resolved["model"] = resolved_model_options(recipe.model_name, recipe.model_options);
  resolved["model"]["name"] = recipe.model_name;
  resolved["stage"] = options_to_json(recipe.stage);
  for (const auto& [table, entries] : row.items()) {
    if (!entries.is_object()) continue;
    for (const auto& [key, value] : entries.items()) {
      ASSERT_TRUE(resolved.at(table).contains(key)) << table << "." << key;
      EXPECT_EQ(resolved.at(table).at(key), value) << table << "." << key;
    }
  }
}

TEST(StudyRecipes, AreThePublishedNumbers) {
  const Json study = read_study();
  for (const auto& [name, unused] : study.at("recipes").items()) {
    SCOPED_TRACE(name);
    Json row = whole_row(study, name);
    const Recipe recipe = read_recipe(kRecipes + name + ".toml", {});
    const Json stages = row.contains("stages") ? row.at("stages") : Json::array();
    row.erase("stages");
    ASSERT_EQ(recipe.stages.size(), stages.size());
    if (stages.empty()) expect_row(row, recipe);
    for (std::size_t stage = 0; stage < stages.size(); ++stage) {
      SCOPED_TRACE(stage + 1);
      Json row_of_stage = row;
      row_of_stage.merge_patch(stages[stage]);
      expect_row(row_of_stage, recipe.stages[stage]);
    }
  }
}

TEST(StudyRecipes, AreAllPinned) {
  const Json study = read_study();
  std::vector<std::string> files, rows;
  for (const std::string folder : {"boosted_top", "quark_gluon"}) {
    for (const auto& entry : std::filesystem::directory_iterator(kRecipes + folder)) {
      if (entry.path().extension() == ".toml") files.push_back(folder + "/" + entry.path().stem().string());
    }
  }
  for (const auto& [name, unused] : study.at("recipes").items()) rows.push_back(name);
  std::sort(files.begin(), files.end());
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(rows, files);
}

}  // namespace
}  // namespace jetvit
