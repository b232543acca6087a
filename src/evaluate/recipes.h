#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "evaluate/named_scores.h"
#include "measure/seeds.h"
#include "run/trained_model.h"

namespace jetvit {

// Runs of one recipe on the same data that differ by their seed alone.
struct SeedGroup {
  std::string name;
  std::vector<std::size_t> runs;  // two or more, their places in the list of runs
};

// The recipes of which there is more than one seed, in the order of their first runs. A recipe of one seed next to
// those, and one whose runs have the same seed (which are no independent trainings), is left out with a warning.
// `names`: of the runs. Throws Error for a run without a resolved recipe.
std::vector<SeedGroup> group_by_recipe(const std::vector<TrainedModel>& models, const std::vector<std::string>& names);

// What the seeds of a recipe have in common.
struct RecipeMetrics {
  std::string name;
  std::vector<std::string> runs;  // names of the classifiers
  SeedsAuc auc;
  std::optional<SeedsComparison> first_minus_this;  // of all but the first: first - this one, on the same jets
};

// `all`: the scores of the runs, in the order of the groups' places. Throws as seeds_auc().
std::vector<RecipeMetrics> evaluate_recipes(const std::vector<SeedGroup>& groups, const std::vector<NamedScores>& all,
                                            const std::vector<std::uint8_t>& label, const std::vector<float>& weight);

// As metrics.json holds them: [{"name", "runs", "seeds", "auc", "auc_spread", "auc_error", "first_minus_this": {"auc",
// "error", "p_value"}}].
Json to_json(const std::vector<RecipeMetrics>& recipes);

// A table for the terminal, with a line for each recipe.
std::string recipes_table(const std::vector<RecipeMetrics>& recipes);

}  // namespace jetvit
