#include "train/phase.h"

#include <ATen/core/grad_mode.h>

#include "base/text.h"
#include "model/io/weights.h"
#include "model/registry.h"
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

Json to_json(const PhaseSummary& phase) {
  return {{"name", phase.name},           {"model", phase.model},     {"parameters", phase.parameters},
          {"trainable", phase.trainable}, {"tensors", phase.tensors}, {"taken", phase.taken}};
}

std::size_t copy_matching_weights(Module& model, const std::map<std::string, at::Tensor>& weights) {
  const at::NoGradGuard no_gradients;
  const auto pairs = fitting(model, weights);
  for (const auto& [tensor, value] : pairs) at::Tensor(tensor).copy_(value);
  return pairs.size();
}

PhaseSummary summarize_phase(const Recipe& recipe, const Module& model,
                             const std::map<std::string, at::Tensor>& before) {
  PhaseSummary phase{.name = recipe.phase.name,
                     .model = recipe.model_name,
                     .parameters = parameter_count(model),
                     .trainable = 0,
                     .tensors = named_weights(model).size(),
                     .taken = fitting(model, before).size()};
  const std::set<std::string> frozen = frozen_parameters(model, recipe.phase.freeze);
  for (const auto& [name, tensor] : model.parameters()) {
    if (!frozen.contains(name)) phase.trainable += tensor.numel();
  }
  if (!before.empty() && phase.taken == 0) {
    throw UsageError(text(recipe.model_name, " has no tensor of the name and shape of one of the phase before",
                          " (give both the same options, or train them on their own)"));
  }
  return phase;
}

}  // namespace jetvit
