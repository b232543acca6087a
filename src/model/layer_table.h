#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/model.h"

namespace jetvit {

// What a module of a model is and costs, and the modules and parameters that it consists of. Parameters and
// multiply-adds of a row are the sums over its parts, where there are any.
struct LayerRow {
  std::string name;                  // within the row above: "blocks.0"
  std::string kind;                  // its class, "MbConv"; of single parameters "parameter", of products "attention"
  std::vector<std::int64_t> output;  // shape of what it makes of one image; of its last call, empty where it has none
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;  // for one image, counted as LayerWatch does
  std::vector<LayerRow> parts;     // in the order of the parameters

  bool operator==(const LayerRow&) const = default;
};

// The whole model, from a forward pass of one image without content in evaluation mode on the device of its tensors:
// with a model of make_model_shape nothing is computed. Throws Error where multiply-adds exceed the integers.
LayerRow layer_table(Model& model);

}  // namespace jetvit
