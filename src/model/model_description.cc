#include "model/model_description.h"

#include <memory>

#include "base/toml.h"
#include "compute/runtime.h"
#include "model/registry.h"

namespace jetvit {
namespace {

// The parts of a layer; prefix: its name and a dot.
Json layers_json(const LayerRow& whole, const std::string& prefix) {
  Json layers = Json::array();
  for (const LayerRow& row : whole.parts) {
    const std::string name = prefix + row.name;
    layers.push_back({{"name", name},
                      {"kind", row.kind},
                      {"output", row.output},
                      {"parameters", row.parameters},
                      {"multiply_adds", row.multiply_adds},
                      {"layers", layers_json(row, name + ".")}});
  }
  return layers;
}

Json tensors_json(const std::vector<ParameterShape>& parameters) {
  Json tensors = Json::array();
  for (const ParameterShape& of : parameters) tensors.push_back({{"name", of.name}, {"shape", of.shape}});
  return tensors;
}

}  // namespace

Json to_json(const ModelDescription& description) {
  return {{"model", description.model},
          {"options", description.options},
          {"parameters", description.layers.parameters},
          {"multiply_adds", description.layers.multiply_adds},
          {"layers", layers_json(description.layers, "")},
          {"tensors", tensors_json(description.parameters)}};
}

ModelDescription describe_model(const DescribeCommand& command) {
  initialize_runtime();
  const Json options = tree_of_overrides(command.settings);
  const std::unique_ptr<Model> model = make_model_shape(command.model, options);
  ModelDescription description;
  description.model = command.model;
  description.options = resolved_model_options(command.model, options);
  description.option_help = model_options_help(command.model);
  description.layers = layer_table(*model);
  for (const auto& [name, tensor] : model->parameters()) {
    description.parameters.push_back({name, tensor.sizes().vec(), tensor.numel()});
  }
  return description;
}

}  // namespace jetvit
