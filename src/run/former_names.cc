#include "run/former_names.h"

#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kRenamed = {
    {{"optimiser", "optimizer"}, {"stage", "phase"}}};

// The current name of `key`; empty if `key` is not a former name.
std::string_view current_name(std::string_view key) {
  for (const auto& [former, current] : kRenamed) {
    if (key == former) return current;
  }
  return {};
}

}  // namespace

void refuse_former_name(std::string_view key) {
  const std::string_view current = current_name(key);
  if (!current.empty()) throw UsageError(text("\"", key, "\" is now called \"", current, "\" (use the new name)"));
}

Json with_current_names(const Json& row) {
  if (!row.is_object()) return row;
  Json out = Json::object();
  for (const auto& [key, value] : row.items()) {
    const std::string_view current = current_name(key);
    out[current.empty() ? key : std::string(current)] = value;
  }
  return out;
}

void translate_former_names(Json& about) {
  if (about.contains("recipe")) {
    Json& recipe = about["recipe"] = with_current_names(about["recipe"]);
    const auto phases = recipe.find("phase");
    if (phases != recipe.end() && phases->is_array()) {
      for (Json& phase : *phases) phase = with_current_names(phase);
    }
    const auto train = recipe.find("train");
    if (train != recipe.end() && train->is_object()) train->emplace("drop_last", true);
  }
  if (about.contains("position")) about["position"] = with_current_names(about["position"]);
}

void translate_former_names(std::map<std::string, at::Tensor>& tensors) {
  constexpr std::string_view kFormer = "optimiser.";
  for (auto found = tensors.lower_bound(std::string(kFormer));
       found != tensors.end() && found->first.starts_with(kFormer);) {
    tensors["optimizer." + found->first.substr(kFormer.size())] = std::move(found->second);
    found = tensors.erase(found);
  }
}

}  // namespace jetvit
