#include "train/recipe.h"

#include <algorithm>

#include "base/text.h"
#include "base/toml.h"

namespace jetvit {

// The tables but [model], whose keys depend on the model.
template <class Visitor>
void visit_fields(Visitor& visit, Recipe& recipe) {
  visit("pretrained", recipe.pretrained, "");
  visit("transform", recipe.transform, "");
  visit("image", recipe.image, "");
  visit("augment", recipe.augment, "");
  visit("weights", recipe.weights, "");
  visit("train", recipe.train, "");
  visit("optimiser", recipe.optimiser, "");
  visit("schedule", recipe.schedule, "");
}

Recipe recipe_from_json(const Json& json) {
  Recipe recipe;
  const auto model = json.find("model");
  if (model == json.end() || !model->is_object() || !model->contains("name") || !(*model)["name"].is_string()) {
    throw UsageError("the recipe names no model (add the table [model] with name = \"coatnet_nano\")");
  }
  recipe.model_name = (*model)["name"].get<std::string>();
  recipe.model_options = *model;
  recipe.model_options.erase("name");
  // "model" is taken out, yet stays among the words that a misspelt table is compared with.
  Json rest = json;
  rest.erase("model");
  static const std::vector<std::string> tables = {"model",   "pretrained", "transform", "image",   "augment",
                                                  "weights", "train",      "optimiser", "schedule"};
  for (const auto& [key, value] : rest.items()) {
    const auto is_key = [&key = key](const std::string& table) { return table == key; };
    if (std::none_of(tables.begin(), tables.end(), is_key)) options_detail::unknown_key("", key, tables);
  }
  options_from_json(rest, recipe);
  return recipe;
}

Json recipe_to_json(const Recipe& recipe) {
  Json json = Json::object();
  json["model"] = Json::object();
  json["model"]["name"] = recipe.model_name;
  json["model"].update(recipe.model_options);
  json.update(options_to_json(recipe));
  return json;
}

Recipe read_recipe(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  Json tree = read_toml(path);
  for (const std::string& assignment : overrides) apply_override(tree, assignment);
  try {
    return recipe_from_json(tree);
  } catch (const UsageError& error) {
    throw UsageError(text(path, ": ", error.what()));
  }
}

std::string first_difference(const Json& now, const Json& before, const std::string& prefix) {
  if (!now.is_object() || !before.is_object()) {
    if (now == before) return {};
    return text(prefix.substr(0, prefix.size() - 1), " is ", printable(now.dump()), ", was ", printable(before.dump()));
  }
  for (const auto& [key, value] : now.items()) {
    if (!before.contains(key)) return text(prefix, key, " is ", printable(value.dump()), ", was absent");
    std::string difference = first_difference(value, before.at(key), text(prefix, key, "."));
    if (!difference.empty()) return difference;
  }
  for (const auto& [key, value] : before.items()) {
    if (!now.contains(key)) return text(prefix, key, " is absent, was ", printable(value.dump()));
  }
  return {};
}

}  // namespace jetvit
