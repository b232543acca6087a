#include "train/stage.h"

#include <ATen/core/grad_mode.h>

#include "base/text.h"
#include "model/registry.h"
#include "model/weights.h"
#include "train/freeze.h"

namespace jetvit {
namespace {

// Pairs of (the model's tensor, its value) of the tensors that fit.
std::vector<std::pair<at::Tensor, at::Tensor>> fitting(const Module& model,
                                                       const std::map<std::string, at::Tensor>& weights) {
  std::vector<std::pair<at::Tensor, at::Tensor>> pairs;
  for (const auto& [name, tensor] : named_weights(model)) {
    const auto found = weights.find(name);
    if (found != weights.end() && found->second.sizes() == tensor.sizes()) pairs.emplace_back(tensor, found->second);
  }
  return pairs;
}

}  // namespace

Json to_json(const StageSummary& stage) {
  return {{"name", stage.name},           {"model", stage.model},     {"parameters", stage.parameters},
          {"trainable", stage.trainable}, {"tensors", stage.tensors}, {"taken", stage.taken}};
}

std::size_t take_over(Module& model, const std::map<std::string, at::Tensor>& weights) {
  const at::NoGradGuard no_gradients;
  const auto pairs = fitting(model, weights);
  for (const auto& [tensor, value] : pairs) at::Tensor(tensor).copy_(value);
  return pairs.size();
}

StageSummary summarise_stage(const Recipe& recipe, const Module& model,
                             const std::map<std::string, at::Tensor>& before) {
  StageSummary stage{.name = recipe.stage.name,
                     .model = recipe.model_name,
                     .parameters = parameter_count(model),
                     .trainable = 0,
                     .tensors = named_weights(model).size(),
                     .taken = fitting(model, before).size()};
  const std::set<std::string> frozen = frozen_parameters(model, recipe.stage.freeze);
  for (const auto& [name, tensor] : model.parameters()) {
    if (!frozen.contains(name)) stage.trainable += tensor.numel();
  }
  if (!before.empty() && stage.taken == 0) {
    throw UsageError(text(recipe.model_name, " has no tensor of the name and shape of one of the stage before",
                          " (give both the same options, or train them on their own)"));
  }
  return stage;
}

}  // namespace jetvit
