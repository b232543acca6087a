#include "evaluate/recipes.h"

#include <filesystem>
#include <map>
#include <set>
#include <span>

#include "base/reporter.h"
#include "base/table.h"
#include "base/text.h"
#include "evaluate/event_weights.h"
#include "run/seed_runs.h"

namespace jetvit {
namespace {

// What trainings have in common if they differ by their seed alone.
std::string key_of(const TrainedModel& model) {
  return json_text(Json{without_seed(model.recipe), model.provenance.at("fingerprint")}, -1);
}

// The folder of the runs, or the first and the number of the others where they have no folder in common.
std::string place_of(const std::vector<std::size_t>& runs, const std::vector<std::string>& names) {
  std::set<std::filesystem::path> folders;
  for (const std::size_t run : runs) {
    std::filesystem::path path = names[run];
    if (!path.has_filename()) path = path.parent_path();
    folders.insert(path.parent_path());
  }
  if (folders.size() == 1 && !folders.begin()->empty()) return folders.begin()->string();
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
  for (std::size_t run = 0; run < models.size(); ++run) {
    const auto [place, is_new] = places.emplace(key_of(models[run]), groups.size());
    if (is_new) groups.push_back({models[run].model_name, {}});
    groups[place->second].runs.push_back(run);
  }
  std::vector<SeedGroup> out;
  for (SeedGroup& group : groups) {
    if (group.runs.size() < 2) continue;
    const std::string place = printable(place_of(group.runs, names));
    std::set<Json> seeds;
    for (const std::size_t run : group.runs) seeds.insert(models[run].recipe.at("train").at("seed"));
    if (seeds.size() < group.runs.size()) {
      reporter().warn(text(
          group.name, " (", place,
          "): runs of one recipe have the same seed, so that they say nothing about the spread between ", "seeds"));
      continue;
    }
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
      of.behind_first = compare_seeds(scores_of(groups.front(), all), scores_of(group, all), label, weights);
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
    if (!of.behind_first) continue;
    out.back()["behind_first"] = {
        {"auc", of.behind_first->difference}, {"error", of.behind_first->error}, {"p_value", of.behind_first->p_value}};
  }
  return out;
}

std::string recipes_table(const std::vector<RecipeMetrics>& recipes) {
  std::vector<std::vector<std::string>> rows;
  for (const RecipeMetrics& of : recipes) {
    rows.push_back({of.name, text(of.auc.seeds), text(fixed(of.auc.auc, 4), " ± ", fixed(of.auc.error, 4)),
                    fixed(of.auc.spread, 4)});
    if (recipes.size() == 1) continue;
    rows.back().push_back(of.behind_first
                              ? text(fixed(of.behind_first->difference, 4), " ± ", fixed(of.behind_first->error, 4),
                                     ", p = ", fixed(of.behind_first->p_value, 3))
                              : "");
  }
  std::vector<std::string> header = {"recipe", "seeds", "mean AUC", "spread of seeds", "first recipe - this"};
  if (recipes.size() == 1) header.pop_back();
  return text_table(header, rows);
}

}  // namespace jetvit
