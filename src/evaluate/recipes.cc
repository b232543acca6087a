#include "evaluate/recipes.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <span>

#include "base/error.h"
#include "base/reporter.h"
#include "base/table.h"
#include "base/text.h"
#include "evaluate/event_weights.h"
#include "evaluate/run_description.h"
#include "run/recipe.h"
#include "run/seed_runs.h"

namespace jetvit {
namespace {

// What trainings have in common if they differ by their seed alone.
std::string key_of(const TrainedModel& model, const Recipe& recipe) {
  return json_text({without_seed(recipe_to_json(recipe)), model.provenance.fingerprint});
}

// The folder of `jetvit train --seeds`, or the first run and the number of the others.
std::string place_of(const std::vector<std::size_t>& runs, const std::vector<std::string>& names) {
  std::set<std::filesystem::path> folders;
  for (const std::size_t run : runs) {
    std::filesystem::path path = names[run];
    if (!path.has_filename()) path = path.parent_path();
    folders.insert(path.parent_path());
  }
  if (folders.size() == 1 && !seed_runs(*folders.begin()).empty()) return folders.begin()->string();
  return text(names[runs.front()], " and ", runs.size() - 1, " more");
}

std::vector<std::span<const double>> scores_of(const SeedGroup& group, const std::vector<NamedScores>& all) {
  std::vector<std::span<const double>> scores;
  for (const std::size_t run : group.runs) scores.emplace_back(all[run].score);
  return scores;
}

}  // namespace

std::vector<SeedGroup> group_by_recipe(const std::vector<TrainedModel>& models, const std::vector<std::string>& names) {
  std::vector<SeedGroup> groups;
  std::map<std::string, std::size_t> places;
  std::vector<std::int64_t> seed_of;
  for (std::size_t run = 0; run < models.size(); ++run) {
    const Recipe recipe = recipe_of(models[run], names[run]);
    seed_of.push_back(recipe.train.seed);
    const auto [place, is_new] = places.emplace(key_of(models[run], recipe), groups.size());
    if (is_new) groups.push_back({models[run].model_name, {}});
    groups[place->second].runs.push_back(run);
  }
  std::vector<SeedGroup> out;
  const auto has_seeds = [](const SeedGroup& group) { return group.runs.size() > 1; };
  const bool are_compared = std::any_of(groups.begin(), groups.end(), has_seeds);
  for (SeedGroup& group : groups) {
    const std::string place = printable(has_seeds(group) ? place_of(group.runs, names) : names[group.runs.front()]);
    std::set<std::int64_t> seeds;
    for (const std::size_t run : group.runs) seeds.insert(seed_of[run]);
    const std::string left_out = seeds.size() < group.runs.size()    ? "several of its runs have the same seed"
                                 : !has_seeds(group) && are_compared ? "it has one seed"
                                                                     : "";
    if (!left_out.empty()) {
      reporter().warn(text(group.name, " (", place, "): left out of the table of recipes, as ", left_out));
      continue;
    }
    if (!has_seeds(group)) continue;
    group.name += text(" (", place, ")");
    out.push_back(std::move(group));
  }
  return out;
}

std::vector<RecipeMetrics> evaluate_recipes(const std::vector<SeedGroup>& groups, const std::vector<NamedScores>& all,
                                            const std::vector<std::uint8_t>& label, const std::vector<float>& weight) {
  const std::vector<double> weights = event_weights(weight);
  std::vector<RecipeMetrics> out;
  for (const SeedGroup& group : groups) {
    RecipeMetrics of{group.name, {}, seeds_auc(scores_of(group, all), label, weights), {}};
    for (const std::size_t run : group.runs) of.runs.push_back(all[run].name);
    if (!out.empty()) {
      of.first_minus_this = compare_seeds(scores_of(groups.front(), all), scores_of(group, all), label, weights);
    }
    out.push_back(std::move(of));
  }
  return out;
}

Json to_json(const std::vector<RecipeMetrics>& recipes) {
  Json out = Json::array();
  for (const RecipeMetrics& of : recipes) {
    out.push_back({{"name", of.name},
                   {"runs", of.runs},
                   {"seeds", of.auc.seeds},
                   {"auc", of.auc.auc},
                   {"auc_spread", of.auc.spread},
                   {"auc_error", of.auc.error}});
    if (!of.first_minus_this) continue;
    out.back()["first_minus_this"] = {{"auc", of.first_minus_this->difference},
                                      {"error", of.first_minus_this->error},
                                      {"p_value", of.first_minus_this->p_value}};
  }
  return out;
}

std::string recipes_table(const std::vector<RecipeMetrics>& recipes) {
  std::vector<std::vector<std::string>> rows;
  for (const RecipeMetrics& of : recipes) {
    rows.push_back({of.name, text(of.auc.seeds), with_error(of.auc.auc, of.auc.error, 4), fixed(of.auc.spread, 4)});
    if (recipes.size() == 1) continue;
    const auto& compared = of.first_minus_this;
    rows.back().push_back(
        compared ? text(with_error(compared->difference, compared->error, 4), ", p = ", fixed(compared->p_value, 3))
                 : "");
  }
  std::vector<std::string> header = {"recipe", "seeds", "mean AUC", "spread of seeds", "first recipe - this"};
  if (recipes.size() == 1) header.pop_back();
  return text_table(header, rows);
}

}  // namespace jetvit
