// Compares the recipes of the published trainings with their numbers. study_recipes.json has the source of each.
#include <algorithm>

#include <gtest/gtest.h>

#include "base/file.h"
#include "model/registry.h"
#include "run/recipe.h"

namespace jetvit {
namespace {

const std::string kRecipes = JETVIT_SOURCE_DIR "/recipes/";

Json read_study() {
  const std::filesystem::path path = JETVIT_SOURCE_DIR "/tests/run/study_recipes.json";
  return parse_json(read_text_file(path, 1 << 20), path.string());
}

// A row, including everything that it inherits from other rows.
Json whole_row(const Json& study, const std::string& name) {
  const Json& row = study.at("recipes").at(name);
  Json whole = row.contains("like") ? whole_row(study, row.at("like").get<std::string>()) : study.at("every");
  whole.merge_patch(row);
  return whole;
}

// Expects that every number of the row is that of the recipe.
void expect_row(const Json& row, const Recipe& recipe) {
  Json resolved = recipe_to_json(recipe);
  resolved["model"] = resolved_model_options(recipe.model_name, recipe.model_options);
  resolved["model"]["name"] = recipe.model_name;
  resolved["phase"] = options_to_json(recipe.phase);
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
    const Json phases = row.contains("phases") ? row.at("phases") : Json::array();
    row.erase("phases");
    ASSERT_EQ(recipe.phases.size(), phases.size());
    if (phases.empty()) expect_row(row, recipe);
    for (std::size_t phase = 0; phase < phases.size(); ++phase) {
      SCOPED_TRACE(phase + 1);
      Json row_of_phase = row;
      row_of_phase.merge_patch(phases[phase]);
      expect_row(row_of_phase, recipe.phases[phase]);
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
