#include "run/recipe.h"

#include "base/text.h"
#include "base/toml.h"
#include "run/former_names.h"

namespace jetvit {

// All tables except [model], whose keys depend on the model.
template <class Visitor>
void visit_fields(Visitor& visit, Recipe& recipe) {
  visit("pretrained", recipe.pretrained, "");
  visit("transform", recipe.transform, "");
  visit("image", recipe.image, "");
  visit("augment", recipe.augment, "");
  visit("weights", recipe.weights, "");
  visit("train", recipe.train, "");
  visit("optimizer", recipe.optimizer, "");
  visit("schedule", recipe.schedule, "");
}

namespace {

constexpr std::size_t kMostPhases = 32;

// A recipe without its phases.
Recipe tables_from_json(const Json& json) {
  Recipe recipe;
  const auto model = json.find("model");
  if (model == json.end() || !model->is_object() || !model->contains("name") || !(*model)["name"].is_string()) {
    throw UsageError("the recipe names no model (add the table [model] with name = \"coatnet_nano\")");
  }
  recipe.model_name = (*model)["name"].get<std::string>();
  recipe.model_options = *model;
  recipe.model_options.erase("name");
  // "model" has been read already, but remains a known name for suggestions about misspelled tables.
  Json rest = json;
  rest.erase("model");
  static const std::vector<std::string> tables = {"model",   "pretrained", "transform", "image",    "augment",
                                                  "weights", "train",      "optimizer", "schedule", "phase"};
  for (const auto& [key, value] : rest.items()) {
    refuse_former_name(key);
    if (!contains(tables, key)) options_detail::unknown_key("", key, tables);
  }
  options_from_json(rest, recipe);
  const LoopOptions& train = recipe.train;
  if (train.deterministic && train.parts == 0) {
    throw UsageError(
        "train.deterministic = true needs train.parts, the number of parts of a batch (a multiple of the "
        "processes is fastest)");
  }
  if (!train.deterministic && train.parts > 0) {
    throw UsageError(text("train.parts = ", train.parts, " has an effect only with train.deterministic = true"));
  }
  return recipe;
}

Json tables_to_json(const Recipe& recipe) {
  Json json = Json::object();
  json["model"] = Json::object();
  json["model"]["name"] = recipe.model_name;
  json["model"].update(recipe.model_options);
  json.update(options_to_json(recipe));
  return json;
}

// tables: the tables outside [[phase]], already validated.
Recipe phase_from_json(const Json& entry, Json tables) {
  if (!entry.is_object()) options_detail::wrong_type("phase", entry, "a table");
  static const std::vector<std::string> overridable = {"model", "image",     "augment", "weights",
                                                       "train", "optimizer", "schedule"};
  Json own = Json::object();
  for (const auto& [key, value] : entry.items()) {
    if (!contains(overridable, key)) {
      own[key] = value;
      continue;
    }
    if (!value.is_object()) options_detail::wrong_type(key, value, "a table");
    if (key == "model" && value.contains("name")) {
      tables[key] = value;  // the options of one model are not those of another
    } else {
      tables[key].update(value);
    }
  }
  std::vector<std::string> known = {"name", "freeze", "freeze_batch_norm"};
  known.insert(known.end(), overridable.begin(), overridable.end());
  for (const auto& [key, value] : own.items()) {
    refuse_former_name(key);
    if (!contains(known, key)) options_detail::unknown_key("", key, known);
  }
  Recipe recipe = tables_from_json(tables);
  options_from_json(own, recipe.phase);
  return recipe;
}

std::vector<Recipe> phases_from_json(const Json& entries, const Json& tables) {
  if (!entries.is_array() || entries.empty()) {
    throw UsageError("phase is not a list of tables (each phase begins with [[phase]])");
  }
  if (entries.size() > kMostPhases) throw UsageError(text(entries.size(), " phases (at most ", kMostPhases, ")"));
  std::vector<Recipe> phases;
  for (const Json& entry : entries) {
    try {
      phases.push_back(phase_from_json(entry, tables));
    } catch (const UsageError& error) {
      throw UsageError(text("phase ", phases.size() + 1, ": ", error.what()));
    }
  }
  return phases;
}

// Applies an override to the tables, and to every phase that sets the same key.
void override_everywhere(Json& tree, const std::string& assignment) {
  refuse_former_name(std::string_view(assignment).substr(0, assignment.find_first_of(".=")));
  apply_override(tree, assignment);
  const auto phases = tree.find("phase");
  if (phases == tree.end() || !phases->is_array()) return;
  const std::string key = assignment.substr(0, assignment.find('='));
  const std::size_t dot = key.find('.');
  if (dot == std::string::npos) return;
  for (Json& phase : *phases) {
    const auto table = phase.find(key.substr(0, dot));
    if (table != phase.end() && table->is_object() && table->contains(key.substr(dot + 1))) {
      apply_override(phase, assignment);
    }
  }
}

}  // namespace

Recipe recipe_from_json(const Json& json) {
  Json tables = json;
  tables.erase("phase");
  Recipe recipe = tables_from_json(tables);
  if (json.contains("phase")) recipe.phases = phases_from_json(json.at("phase"), tables);
  return recipe;
}

Json recipe_to_json(const Recipe& recipe) {
  Json json = tables_to_json(recipe);
  for (const Recipe& phase : recipe.phases) {
    Json entry = options_to_json(phase.phase);
    entry.update(tables_to_json(phase));
    entry.erase("transform");   // one for all phases
    entry.erase("pretrained");  // initial weights of the first phase
    json["phase"].push_back(entry);
  }
  return json;
}

Recipe read_recipe(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  Json tree = read_toml(path);
  for (const std::string& assignment : overrides) override_everywhere(tree, assignment);
  try {
    return recipe_from_json(tree);
  } catch (const UsageError& error) {
    throw UsageError(text(path, ": ", error.what()));
  }
}

std::string first_difference(const Json& now, const Json& before, const std::string& prefix) {
  if (now.is_array() && before.is_array() && now.size() == before.size() && !now.empty() && now[0].is_object()) {
    for (std::size_t entry = 0; entry < now.size(); ++entry) {
      std::string difference = first_difference(now[entry], before[entry], text(prefix, entry + 1, "."));
      if (!difference.empty()) return difference;
    }
    return {};
  }
  if (!now.is_object() || !before.is_object()) {
    if (now == before) return {};
    return text(prefix.substr(0, prefix.size() - 1), " is ", printable(json_text(now)), ", was ",
                printable(json_text(before)));
  }
  for (const auto& [key, value] : now.items()) {
    if (!before.contains(key)) return text(prefix, key, " is ", printable(json_text(value)), ", was absent");
    std::string difference = first_difference(value, before.at(key), text(prefix, key, "."));
    if (!difference.empty()) return difference;
  }
  for (const auto& [key, value] : before.items()) {
    if (!now.contains(key)) return text(prefix, key, " is absent, was ", printable(json_text(value)));
  }
  return {};
}

}  // namespace jetvit
