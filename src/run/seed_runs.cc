#include "run/seed_runs.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "run/run_folder.h"

namespace jetvit {
namespace {

constexpr std::string_view kSeedRun = "seed-";

std::optional<std::int64_t> seed_of(std::string_view name) {
  if (!name.starts_with(kSeedRun)) return {};
  name.remove_prefix(kSeedRun.size());
  std::int64_t seed = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), seed);
  if (failure != std::errc() || end != name.data() + name.size()) return {};
  return seed;
}

}  // namespace

std::filesystem::path seed_run(const std::filesystem::path& run, std::int64_t seed) {
  return run / text(kSeedRun, seed);
}

std::vector<std::filesystem::path> seed_runs(const std::filesystem::path& run) {
  std::vector<std::pair<std::int64_t, std::filesystem::path>> found;
  if (!std::filesystem::is_directory(run) || has_checkpoint(run)) return {};
  for (const auto& entry : std::filesystem::directory_iterator(run)) {
    const auto seed = seed_of(entry.path().filename().native());
    if (seed && entry.is_directory()) found.emplace_back(*seed, entry.path());
  }
  std::sort(found.begin(), found.end());
  std::vector<std::filesystem::path> runs;
  for (auto& [seed, path] : found) runs.push_back(std::move(path));
  return runs;
}

Json without_seed(Json recipe) {
  recipe.at("train").erase("seed");
  if (recipe.contains("phase")) {
    for (Json& phase : recipe["phase"]) phase.at("train").erase("seed");
  }
  return recipe;
}

}  // namespace jetvit
