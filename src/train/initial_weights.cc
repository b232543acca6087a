#include "train/initial_weights.h"

#include <map>
#include <memory>

#include "base/reporter.h"
#include "base/toml.h"
#include "compute/runtime.h"
#include "model/io/safetensors.h"
#include "model/io/tensor_output.h"
#include "model/io/weights.h"
#include "model/registry.h"
#include "run/trained_jets.h"
#include "train/seed_random.h"

namespace jetvit {
namespace {

constexpr const char* kWeightsMaker = "weights";

}  // namespace

Json to_json(const WeightsSummary& summary) {
  return {{"model", summary.model},
          {"options", summary.options},
          {"seed", summary.seed},
          {"pretrained", summary.pretrained ? to_json(*summary.pretrained) : Json()},
          {"weights", summary.weights.string()}};
}

WeightsSummary write_initial_weights(const WeightsCommand& command) {
  refuse_tensor_file(command.out, command.overwrite, kWeightsMaker, {command.pretrained.file});
  initialize_runtime();
  const Json options = tree_of_overrides(command.settings);
  seed_random(command.seed, kInitialization, 0);
  const std::unique_ptr<Model> model = make_model(command.model, options);
  WeightsSummary summary;
  summary.model = command.model;
  summary.options = resolved_model_options(command.model, options);
  summary.seed = command.seed;
  summary.weights = command.out;
  std::map<std::string, std::string> metadata = made_by(kWeightsMaker);
  if (!command.pretrained.file.empty()) {
    summary.pretrained = load_pretrained(*model, command.pretrained);
    for (const std::string& line : summary_lines(*summary.pretrained)) reporter().note(line);
    metadata.merge(ancestry_of(command.pretrained.file));
  }
  write_safetensors(command.out, {named_weights(*model), metadata});
  return summary;
}

}  // namespace jetvit
