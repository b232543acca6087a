#include "measure/seeds.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <limits>

#include "measure/auc_components.h"
#include "measure/student.h"

namespace jetvit {
namespace {

constexpr double kOutside = 0.31731050786291415;  // what one standard deviation of a normal distribution leaves outside

// What the seeds of a recipe add up to.
struct Recipe {
  double seeds = 0;
  double auc = 0;                  // mean
  double seeds_variance = 0;       // of the AUC, between the seeds
  double jets_variance = 0;        // of the AUC of one seed, over sets of jets: mean of the seeds
  std::vector<double> components;  // mean

  // The part of the variance of the mean over sets of jets that seeds_variance / seeds contains as well: it differs
  // from seed to seed.
  double own_jets_variance(const AucComponents& jets) const {
    return (jets_variance - jets.variance(components)) / (seeds - 1);
  }
};

Recipe add_up(const std::vector<std::span<const double>>& scores, const AucComponents& jets) {
  Recipe recipe;
  recipe.seeds = static_cast<double>(scores.size());
  std::vector<double> aucs;
  for (const std::span<const double> score : scores) {
    const std::vector<double> components = jets.of(score);
    recipe.components.resize(components.size());
    for (std::size_t jet = 0; jet < components.size(); ++jet) recipe.components[jet] += components[jet] / recipe.seeds;
    aucs.push_back(jets.auc(components));
    recipe.jets_variance += jets.variance(components) / recipe.seeds;
  }
  for (const double auc : aucs) recipe.auc += auc / recipe.seeds;
  for (const double auc : aucs) recipe.seeds_variance += (auc - recipe.auc) * (auc - recipe.auc) / (recipe.seeds - 1);
  return recipe;
}

// A variance with the degrees of freedom of its estimate.
struct Variance {
  double value = 0;
  double freedom = std::numeric_limits<double>::infinity();

  double error() const { return std::sqrt(value) * student_quantile(kOutside, freedom); }
};

// The sum of the variances that the seeds of recipes contribute, and of a known one.
Variance sum(std::initializer_list<const Recipe*> recipes, double known) {
  Variance out{std::max(known, 0.0)};
  double spread = 0;
  for (const Recipe* recipe : recipes) {
    const double of_mean = recipe->seeds_variance / recipe->seeds;
    out.value += of_mean;
    spread += of_mean * of_mean / (recipe->seeds - 1);
  }
  if (spread > 0) out.freedom = out.value * out.value / spread;
  return out;
}

}  // namespace

SeedsAuc seeds_auc(const std::vector<std::span<const double>>& seeds, std::span<const std::uint8_t> label,
                   std::span<const double> weight) {
  const AucComponents jets(seeds.front(), label, weight);
  const Recipe recipe = add_up(seeds, jets);
  const double common = jets.variance(recipe.components) - recipe.own_jets_variance(jets);
  return {seeds.size(), recipe.auc, std::sqrt(recipe.seeds_variance), sum({&recipe}, common).error()};
}

SeedsComparison compare_seeds(const std::vector<std::span<const double>>& first,
                              const std::vector<std::span<const double>>& second, std::span<const std::uint8_t> label,
                              std::span<const double> weight) {
  const AucComponents jets(first.front(), label, weight);
  const Recipe one = add_up(first, jets);
  const Recipe other = add_up(second, jets);
  std::vector<double> differences(one.components.size());
  std::transform(one.components.begin(), one.components.end(), other.components.begin(), differences.begin(),
                 std::minus<>());
  const double common = jets.variance(differences) - one.own_jets_variance(jets) - other.own_jets_variance(jets);
  const Variance variance = sum({&one, &other}, common);
  SeedsComparison out{.difference = one.auc - other.auc, .error = variance.error()};
  if (variance.value > 0) out.p_value = student_p_value(out.difference / std::sqrt(variance.value), variance.freedom);
  return out;
}

}  // namespace jetvit
