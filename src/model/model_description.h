#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "model/layer_table.h"

namespace jetvit {

// What `jetvit describe` is asked for.
struct DescribeCommand {
  std::string model;                  // its name
  std::vector<std::string> settings;  // of its options: "image_size=128"
};

struct ParameterShape {
  std::string name;
  std::vector<std::int64_t> shape;
  std::int64_t values = 0;
};

// A model's options, layers, parameters and cost.
struct ModelDescription {
  std::string model;
  Json options;                         // all of them, with the settings
  std::vector<OptionHelp> option_help;  // one for each
  LayerRow layers;                      // layer_table() of the model
  std::vector<ParameterShape> parameters;
};

// {"model", "options", "parameters" (a number), "multiply_adds", "layers" [{"name" (the whole), "kind", "output",
// "parameters", "multiply_adds", "layers"}], "tensors" [{"name", "shape"}]}, with all levels of layers. "tensors" are
// the parameters.
Json to_json(const ModelDescription& description);

// Describes a model from its shapes: no weights are made and nothing is computed. Throws UsageError for an unknown
// model and for settings that it does not have, and what layer_table() throws.
ModelDescription describe_model(const DescribeCommand& command);

}  // namespace jetvit
