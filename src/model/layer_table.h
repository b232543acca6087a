#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/model.h"

namespace jetvit {

// A module of a model with its costs, and the modules and parameters that it consists of. If a row has parts, its
// parameters and multiply-adds are the sums over the parts.
struct LayerRow {
  std::string name;                  // within the parent row: "blocks.0"
  std::string kind;                  // class name ("MbConv"); "parameter", or "attention" for matrix multiplications
  std::vector<std::int64_t> output;  // shape of the output of its last call, for one image; empty if never called
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;  // for one image, as counted by LayerWatch
  std::vector<LayerRow> parts;     // in the order of the parameters

  bool operator==(const LayerRow&) const = default;
};

// The table of a model, from a forward pass of one zero image in evaluation mode on the device of its tensors. With a
// model of make_model_shape(), nothing is computed. Throws Error if the multiply-adds exceed the range of the integer.
LayerRow layer_table(Model& model);

}  // namespace jetvit
